using WiseFt.Files;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>Merges models of one architecture tensor by tensor, by whatever method, wherever they lie.</summary>
/// <remarks>Of models on disk one tensor each is in memory at a time.</remarks>
internal sealed class MergeEngine
{
    private readonly IMergeMethod _method;
    private readonly IReadOnlyList<MergeModel> _models;
    private readonly Dictionary<string, TensorInfo> _merged; // by name

    /// <summary>Checks that models can be merged: names, shapes and types are the same.</summary>
    /// <param name="method">The method.</param>
    /// <param name="models">The base, which decides names, types and shapes, and then the others.</param>
    /// <exception cref="WeightMismatchException">Names, shapes or types differ.</exception>
    public MergeEngine(IMergeMethod method, params IReadOnlyList<MergeModel> models)
    {
        (_method, _models, _merged) = (method, models, models[0].Tensors.ToDictionary(StringComparer.Ordinal));
        foreach (MergeModel model in models.Skip(1)) TensorMatch.RequireSame(Base.Tensors, model.Tensors, Base.Name, model.Name);
    }

    /// <summary>Checks that checkpoints can be merged: names and shapes are the same, numbers may be stored in different types.</summary>
    /// <param name="method">The method.</param>
    /// <param name="precision">The type of the merged numbers; null for the type that all have, or float32 where they differ.</param>
    /// <param name="models">The base, which decides names and shapes, and then the others.</param>
    /// <exception cref="WeightMismatchException">Names or shapes differ, or weights are quantised.</exception>
    public MergeEngine(IMergeMethod method, ScalarType? precision, params IReadOnlyList<MergeModel> models)
    {
        (_method, _models) = (method, models);
        foreach (MergeModel model in models.Skip(1)) TensorMatch.RequireSameShapes(Base.Tensors, model.Tensors, Base.Name, model.Name);
        foreach (MergeModel model in models) RequireWeights(model);
        _merged = Base.Tensors.Values.ToDictionary(t => t.Name, t => t with { Type = MergedType(t, precision) }, StringComparer.Ordinal);
    }

    private MergeModel Base => _models[0];

    /// <summary>The merged model in memory.</summary>
    public Weights ToWeights() => Weights.Make(_merged.Keys, Merge);

    /// <summary>Merges into tensors that exist already, such as the parameters of a live model: all or some of the models' names.</summary>
    public void WriteTo(IEnumerable<KeyValuePair<string, Tensor>> destinations)
    {
        using IDisposable grad = no_grad();
        foreach (var (name, destination) in destinations)
        {
            _method.Merge(name, destination, _models);
        }
    }

    /// <summary>Merges into a safetensors file, which appears whole or not at all and may take the place of one of the models'.</summary>
    /// <returns>How many numbers it has.</returns>
    public long WriteTo(string path, IReadOnlyDictionary<string, string>? metadata)
    {
        AtomicFile.Write(path, stream => SafetensorsFile.Write(stream, _merged.Values, Merge, metadata));
        return _merged.Values.Sum(t => t.ElementCount);
    }

    private Tensor Merge(string name)
    {
        using IDisposable grad = no_grad();
        return empty([.. _merged[name].Shape], dtype: _merged[name].Type, device: Base.Device)
            .OrDispose(merged => _method.Merge(name, merged, _models));
    }

    private ScalarType MergedType(TensorInfo tensor, ScalarType? precision)
    {
        if (!tensor.IsFloat) return tensor.Type;
        bool same = _models.All(m => m.Tensors[tensor.Name].Type == tensor.Type);
        return precision ?? (same ? tensor.Type : ScalarType.Float32);
    }

    private void RequireWeights(MergeModel model)
    {
        if (model.Tensors.Values.FirstOrDefault(t => t.IsQuantised) is { } quantised)
            throw new WeightMismatchException(
                $"The {model.Name} is quantised: '{quantised.Name}' is {quantised.Type} {quantised.ShapeText}. " +
                "A sum of such numbers is no model; use the original weights.");
        if (model.Tensors.Values.FirstOrDefault(t => t.IsFloat != Base.Tensors[t.Name].IsFloat) is { } other)
            throw new WeightMismatchException(
                $"'{other.Name}' is {Base.Tensors[other.Name].Type} in the {Base.Name} and {other.Type} in the {model.Name}. " +
                "Both must have weights of the same kind.");
    }
}

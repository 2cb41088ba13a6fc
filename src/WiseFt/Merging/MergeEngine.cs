using WiseFt.Files;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>A model to merge.</summary>
/// <param name="Name">What it is called in messages.</param>
/// <param name="Tensors">Name, type and shape of its tensors.</param>
/// <param name="Get">Gives one of them: the model's own, or one that the current dispose scope owns.</param>
internal sealed record MergeModel(string Name, IReadOnlyDictionary<string, TensorInfo> Tensors, Func<string, Tensor> Get)
{
    /// <summary>A model in memory.</summary>
    public MergeModel(string name, Weights weights)
        : this(name, TensorInfo.Of(weights), key => weights[key])
    {
    }

    /// <summary>A model on disk.</summary>
    public MergeModel(string name, ITensorFile file)
        : this(name, file.Tensors, file.Read)
    {
    }
}

/// <summary>Merges models of one architecture tensor by tensor, by whatever method, wherever they lie.</summary>
/// <remarks>Of models on disk one tensor each is in memory at a time.</remarks>
internal sealed class MergeEngine
{
    private readonly IMergeMethod _method;
    private readonly IReadOnlyList<MergeModel> _models;

    /// <summary>Checks that models can be merged.</summary>
    /// <param name="method">The method.</param>
    /// <param name="models">The base, which decides names, types and shapes, and then the others.</param>
    /// <exception cref="WeightMismatchException">Names, shapes or types differ.</exception>
    public MergeEngine(IMergeMethod method, params IReadOnlyList<MergeModel> models)
    {
        (_method, _models) = (method, models);
        foreach (MergeModel model in models.Skip(1)) TensorMatch.RequireSame(Base.Tensors, model.Tensors, Base.Name, model.Name);
    }

    private MergeModel Base => _models[0];

    /// <summary>The merged model in memory.</summary>
    public Weights ToWeights() => Weights.Make(Base.Tensors.Keys, Merge);

    /// <summary>Merges into tensors that exist already, such as the parameters of a live model: all or some of the models' names.</summary>
    public void WriteTo(IEnumerable<KeyValuePair<string, Tensor>> destinations)
    {
        using IDisposable grad = no_grad();
        foreach (var (name, destination) in destinations)
        {
            using var scope = NewDisposeScope();
            Tensor[] thetas = Get(name);
            _method.Merge(name, destination, thetas[0], thetas.AsSpan(1));
        }
    }

    /// <summary>Merges into a safetensors file, which appears whole or not at all and may take the place of one of the models'.</summary>
    /// <returns>How many numbers it has.</returns>
    public long WriteTo(string path, IReadOnlyDictionary<string, string>? metadata)
    {
        AtomicFile.Write(path, stream => SafetensorsFile.Write(stream, Base.Tensors.Values, Merge, metadata));
        return Base.Tensors.Values.Sum(t => t.ElementCount);
    }

    private Tensor Merge(string name)
    {
        using IDisposable grad = no_grad();
        using var scope = NewDisposeScope();
        Tensor[] thetas = Get(name);
        Tensor merged = empty_like(thetas[0]);
        _method.Merge(name, merged, thetas[0], thetas.AsSpan(1));
        return merged.MoveToOuterDisposeScope();
    }

    private Tensor[] Get(string name) => [.. _models.Select(m => m.Get(name))];
}

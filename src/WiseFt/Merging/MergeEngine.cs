using WiseFt.Files;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>Merges models of one architecture tensor by tensor, by whatever method, wherever they lie.</summary>
/// <remarks>Integers and booleans are the first model's, or the keeper's where there is one.</remarks>
internal sealed class MergeEngine
{
    private readonly IMergeMethod _method;
    private readonly IReadOnlyList<MergeModel> _models;
    private readonly MergeModel _keeper;
    private readonly MergeTreatment _treatment;
    private readonly Dictionary<string, TensorInfo> _merged; // by name

    /// <summary>Checks that models can be merged: names, shapes and types are the same.</summary>
    /// <param name="method">The method.</param>
    /// <param name="models">The base, which decides names, types and shapes, and then the others.</param>
    /// <exception cref="WeightMismatchException">Names, shapes or types differ.</exception>
    public MergeEngine(IMergeMethod method, params IReadOnlyList<MergeModel> models)
    {
        (_method, _models, _keeper, _treatment) = (method, models, models[0], new MergeTreatment());
        _merged = models[0].Tensors.ToDictionary(StringComparer.Ordinal);
        foreach (MergeModel model in models.Skip(1)) TensorMatch.RequireSame(models[0].Tensors, model.Tensors, models[0].Name, model.Name);
    }

    /// <summary>Checks that checkpoints can be merged: names and shapes are the same, numbers may be stored in different types.</summary>
    /// <param name="method">The method.</param>
    /// <param name="treatment">Types, and tensors that are not merged.</param>
    /// <param name="models">What the method merges: the base, if it has one, and then the others.</param>
    /// <param name="keeper">The model whose names and shapes count and whose tensors are kept; the first if null.</param>
    /// <exception cref="WeightMismatchException">Names or shapes differ, or weights are quantised.</exception>
    public MergeEngine(IMergeMethod method, MergeTreatment treatment, IReadOnlyList<MergeModel> models, MergeModel? keeper = null)
    {
        (_method, _models, _keeper, _treatment) = (method, models, keeper ?? models[0], treatment);
        IReadOnlyDictionary<string, TensorInfo> wanted = Merged(_keeper);
        foreach (MergeModel model in models.Where(m => m != _keeper))
            TensorMatch.RequireSameShapes(wanted, Merged(model), _keeper.Name, model.Name);
        foreach (MergeModel model in models) RequireWeights(model);
        _merged = _keeper.Tensors.Values.ToDictionary(t => t.Name, t => t with { Type = MergedType(t) }, StringComparer.Ordinal);
    }

    /// <summary>Name, type and shape of what comes out.</summary>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => _merged;

    /// <summary>The merged model in memory.</summary>
    public Weights ToWeights() => Weights.Make(_merged.Keys, Merge);

    /// <summary>Merges into tensors that exist already, such as the parameters of a live model: all or some of the models' names.</summary>
    public void WriteTo(IEnumerable<KeyValuePair<string, Tensor>> destinations)
    {
        using IDisposable grad = no_grad();
        foreach (var (name, destination) in destinations) Merge(name, destination);
    }

    /// <summary>Merges into a safetensors file, which appears whole or not at all and may take the place of one of the models'.</summary>
    /// <param name="path">The file.</param>
    /// <param name="metadata">Free text to carry along: asked for before anything is read (false), and when all is (true); both are of
    /// one length.</param>
    /// <param name="progress">Is told how many numbers are merged.</param>
    /// <param name="cancel">Stops between two pieces; nothing is left behind.</param>
    /// <returns>How many numbers it has.</returns>
    public long WriteTo(
        string path, Func<bool, IReadOnlyDictionary<string, string>?> metadata, IProgress<WorkProgress>? progress = null,
        CancellationToken cancel = default)
    {
        long total = _merged.Values.Sum(t => t.ElementCount), done = 0;
        TensorInfo[] entries = SafetensorsFile.InOrder(_merged.Values);
        AtomicFile.Write(path, file =>
        {
            SafetensorsFile.WriteHeader(file, entries, metadata(false));
            file.Flush();
            using (var stream = new MergeStream(_method, _keeper, _models, _treatment.Kept, file, Report, cancel))
                stream.Write(entries, file.Position);
            file.Position = 0;
            SafetensorsFile.WriteHeader(file, entries, metadata(true));
        });
        return total;

        void Report(long count)
        {
            // One at a time and never backwards, though several threads merge.
            lock (entries) progress?.Report(new WorkProgress(done += count, total));
        }
    }

    private Tensor Merge(string name)
    {
        using IDisposable grad = no_grad();
        return empty([.. _merged[name].Shape], dtype: _merged[name].Type, device: _keeper.Device)
            .OrDispose(merged => Merge(name, merged));
    }

    private void Merge(string name, Tensor destination)
    {
        if (_merged[name].IsFloat && !_treatment.Kept.Contains(name))
        {
            _method.Merge(name, destination, _models);
            return;
        }
        using var scope = NewDisposeScope();
        destination.copy_(_keeper.Get(name));
        Finite.Require(name, destination, _keeper.Name);
    }

    private Dictionary<string, TensorInfo> Merged(MergeModel model) =>
        model.Tensors.Where(t => !_treatment.Kept.Contains(t.Key)).ToDictionary(StringComparer.Ordinal);

    private ScalarType MergedType(TensorInfo tensor)
    {
        if (!tensor.IsFloat) return tensor.Type;
        bool same = _treatment.Kept.Contains(tensor.Name) || _models.All(m => m.Tensors[tensor.Name].Type == tensor.Type);
        return _treatment.Precision ?? (same ? tensor.Type : ScalarType.Float32);
    }

    private void RequireWeights(MergeModel model)
    {
        foreach (TensorInfo tensor in Merged(model).Values)
        {
            if (tensor.IsQuantised)
                throw new WeightMismatchException(
                    $"The {model.Name} is quantised: '{tensor.Name}' is {tensor.Type} {tensor.ShapeText}. " +
                    "A sum of such numbers is no model; use the original weights.");
            if (tensor.IsFloat != _keeper.Tensors[tensor.Name].IsFloat)
                throw new WeightMismatchException(
                    $"'{tensor.Name}' is {_keeper.Tensors[tensor.Name].Type} in the {_keeper.Name} and {tensor.Type} in the " +
                    $"{model.Name}. Both must have weights of the same kind.");
        }
    }
}

/// <summary>What is done to a merge's tensors besides the method.</summary>
internal sealed record MergeTreatment
{
    /// <summary>The type of the merged numbers; null for the type that all have, or float32 where they differ.</summary>
    public ScalarType? Precision { get; init; }

    /// <summary>Names of tensors that are not merged: they are the keeper's, and the others need not have them.</summary>
    public IReadOnlySet<string> Kept { get; init; } = new HashSet<string>(StringComparer.Ordinal);
}

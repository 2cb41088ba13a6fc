using System.Diagnostics.CodeAnalysis;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Files;

/// <summary>The tensors of a file under OpenAI's names.</summary>
internal sealed class RenamedTensors : IDisposable
{
    private const int NamesShown = 5;

    private readonly ITensorFile _file;
    private readonly KeyNaming _naming;
    private readonly string _prefix;

    private RenamedTensors(ITensorFile file, KeyNaming naming, string prefix) => (_file, _naming, _prefix) = (file, naming, prefix);

    /// <summary>Recognises a file's naming. The result owns the file; on failure it is closed.</summary>
    /// <exception cref="CheckpointException">The names are no known CLIP's.</exception>
    public static RenamedTensors Of(ITensorFile file) => file.OrDispose(f =>
    {
        var (naming, prefix) = KeyMap.Recognise(f);
        return new RenamedTensors(f, naming, prefix);
    });

    /// <summary>The file or folder, for messages.</summary>
    public string Path => _file.Path;

    /// <summary>What the file's naming is called.</summary>
    public string Naming => _prefix.Length == 0 ? _naming.Name : $"{_naming.Name} after '{_prefix}'";

    /// <summary>The types in which the file stores the model's numbers, the most frequent first.</summary>
    public IReadOnlyList<ScalarType> StoredTypes =>
        [.. _file.Tensors.Values.Where(t => t.IsFloat).GroupBy(t => t.Type).OrderByDescending(g => g.Sum(t => t.ElementCount))
            .Select(g => g.Key)];

    /// <summary>The shape that a tensor of the model has in the file; null where the file lacks it or a part of it.</summary>
    /// <param name="name">OpenAI's name.</param>
    public long[]? Shape(string name) =>
        TryFind(name, out KeyRule? rule, out TensorInfo[] sources) ? Combine(rule.Operation, sources) : null;

    /// <summary>Throws unless the file holds just what a model needs, in the shapes and kinds of number that it needs.</summary>
    /// <param name="wanted">Every tensor of the model.</param>
    /// <param name="configuration">Where the model's shape was read, for messages.</param>
    /// <exception cref="CheckpointException">Tensors are missing, unexpected, of another shape or type:
    /// all are counted, the first are named.</exception>
    public void RequireExactly(IReadOnlyCollection<TensorInfo> wanted, string configuration)
    {
        string advice = $"The weights belong to another architecture than {configuration} says; use the files of one and the same model.";
        RequireNames(wanted, advice);
        foreach (TensorInfo tensor in wanted)
        {
            if (!TryFind(tensor.Name, out KeyRule? rule, out TensorInfo[] sources)) continue; // a counter
            if (!Combine(rule.Operation, sources).AsSpan().SequenceEqual(tensor.Shape.AsSpan()))
                throw new CheckpointException($"{Path}: {TensorMatch.WrongShape(sources[0], tensor)} as '{tensor.Name}'. {advice}");
            if (Array.Find(sources, s => !tensor.Accepts(s)) is { } entry)
                throw new CheckpointException(
                    $"{Path}: '{entry.Name}' is stored as {entry.Type}; " +
                    $"expected {(tensor.Role == TensorRole.Counter ? "an integer" : "float32, float16, bfloat16 or float64")}. " +
                    "Quantised weights are not read: use the original file.");
        }
    }

    /// <summary>Reads a tensor of the model into memory that it has already; a counter that the file lacks stays as it is.</summary>
    /// <param name="name">OpenAI's name.</param>
    /// <param name="destination">A contiguous CPU tensor of the wanted shape; numbers are converted to its type.</param>
    public void ReadInto(string name, Tensor destination)
    {
        if (!TryFind(name, out KeyRule? rule, out _)) return;
        using var scope = NewDisposeScope();
        switch (rule.Operation)
        {
            case KeyOperation.Copy:
                ReadSource(rule.Sources[0], destination);
                break;
            case KeyOperation.Transpose:
                destination.copy_(_file.Read(rule.Sources[0]).t());
                break;
            case KeyOperation.Stack:
                Tensor[] parts = destination.chunk(rule.Sources.Length);
                for (int i = 0; i < parts.Length; i++) ReadSource(rule.Sources[i], parts[i]);
                break;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private void ReadSource(string source, Tensor destination)
    {
        if (_file.Tensors[source].Type == destination.dtype)
        {
            _file.CopyTo([KeyValuePair.Create(source, destination)]);
            return;
        }
        destination.copy_(_file.Read(source));
        if (_file.Tensors[source].Type == ScalarType.Float64 && !Finite.IsFinite(destination))
            throw new CheckpointException(
                $"{Path}: '{source}' is stored as Float64 and has numbers beyond float32's, in which models compute. " +
                "Use another checkpoint: no model of this kind has such weights.");
    }

    private void RequireNames(IReadOnlyCollection<TensorInfo> wanted, string advice)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        var missing = new List<string>();
        foreach (TensorInfo tensor in wanted)
            foreach (string source in Find(tensor.Name)?.Sources ?? [tensor.Name])
            {
                used.Add(source);
                if (tensor.Role != TensorRole.Counter && !_file.Tensors.ContainsKey(source)) missing.Add(source);
            }
        string[] unexpected = [.. _file.Tensors.Keys
            .Where(k => !used.Contains(k) && !KeyMap.Ignored.Any(i => k.EndsWith(i, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)];
        if (missing.Count + unexpected.Length > 0)
            throw new CheckpointException($"{Path}: {TensorMatch.WrongNames(missing, unexpected, NamesShown)}. {advice}");
    }

    private KeyRule? Find(string name)
    {
        KeyRule? rule = _naming.Find(name);
        return rule is null || _prefix.Length == 0 ? rule : rule with { Sources = [.. rule.Sources.Select(s => _prefix + s)] };
    }

    private bool TryFind(string name, [NotNullWhen(true)] out KeyRule? rule, out TensorInfo[] sources)
    {
        rule = Find(name);
        sources = rule is null ? [] : [.. rule.Sources.Select(s => _file.Tensors.GetValueOrDefault(s)).OfType<TensorInfo>()];
        return rule is not null && sources.Length == rule.Sources.Length;
    }

    private static long[] Combine(KeyOperation operation, TensorInfo[] sources) => operation switch
    {
        KeyOperation.Transpose => [.. sources[0].Shape.Reverse()],
        KeyOperation.Stack when sources.All(s => s.Shape.SequenceEqual(sources[0].Shape) && s.Shape.Length > 0) =>
            [sources[0].Shape[0] * sources.Length, .. sources[0].Shape.Skip(1)],
        _ => [.. sources[0].Shape],
    };
}

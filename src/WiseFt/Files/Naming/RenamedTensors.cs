using System.Collections.Immutable;
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
    private readonly Dictionary<string, string> _fileNames; // by the naming's names

    private RenamedTensors(ITensorFile file, KeyNaming naming, string prefix, Dictionary<string, string> plain)
    {
        (_file, _naming, _prefix) = (file, naming, prefix);
        _fileNames = plain.Where(n => n.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(n => n.Key[prefix.Length..], n => n.Value, StringComparer.Ordinal);
        LeftOut = [.. plain.Where(n => !n.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(n => n.Value)
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>Recognises a file's naming. The result owns the file; on failure it is closed.</summary>
    /// <param name="file">The file.</param>
    /// <param name="model">What the names of the wanted model begin with, where the file holds several; null for the one that is there.
    /// </param>
    /// <exception cref="CheckpointException">The names are no known CLIP's, or the file holds several models.</exception>
    public static RenamedTensors Of(ITensorFile file, string? model = null) => file.OrDispose(f =>
    {
        Dictionary<string, string> plain = KeyMap.WithoutMarker(f);
        var (naming, prefix) = KeyMap.Recognise(plain.Keys, f is TorchArchive { HasChosen: true } ? null : model, f.Path);
        return new RenamedTensors(f, naming, prefix, plain);
    });

    /// <summary>The file's tensors that are none of the model's, since their names begin otherwise.</summary>
    public IReadOnlyList<string> LeftOut { get; }

    /// <summary>The file or folder, for messages.</summary>
    public string Path => _file.Path;

    /// <summary>What the file's naming is called.</summary>
    public string Naming => _prefix.Length == 0 ? _naming.Name : $"{_naming.Name} after '{_prefix}'";

    /// <summary>What was taken, renamed and left out on reading, one sentence each.</summary>
    public IReadOnlyList<string> Notes =>
    [
        .. (_file as TorchArchive)?.Notes ?? [],
        .. LeftOut.Count == 0 ? (string[])[] : [$"Left out {Listed.Counted([.. LeftOut])}, whose names do not begin with '{_prefix}'."],
    ];

    /// <summary>Whether the file is PyTorch's.</summary>
    public bool IsPyTorch => _file is TorchArchive;

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
        if (_file.Tensors.Values.FirstOrDefault(t => t.IsQuantised) is { } quantised)
            throw new CheckpointException(
                $"{Path}: '{quantised.Name}' is stored as {quantised.Type}; expected float32, float16, bfloat16 or float64. " +
                "Quantised weights are not read: use the original file.");
        string advice = $"The weights belong to another architecture than {configuration} says; use the files of one and the same model.";
        RequireNames(wanted, advice);
        foreach (TensorInfo tensor in wanted)
        {
            if (!TryFind(tensor.Name, out KeyRule? rule, out TensorInfo[] sources)) continue; // a counter
            if (!IsScalar(tensor.Shape, sources) && !Combine(rule.Operation, sources).AsSpan().SequenceEqual(tensor.Shape.AsSpan()))
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
        if (_file.Tensors[source] is var stored && stored.Type == destination.dtype && stored.Shape.Length == destination.dim())
        {
            _file.CopyTo([KeyValuePair.Create(source, destination)]);
            return;
        }
        using Tensor read = _file.Read(source), shaped = read.reshape(destination.shape); // logit_scale may have the shape (1)
        destination.copy_(shaped);
        if (stored.Type == ScalarType.Float64 && !Finite.IsFinite(destination))
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
        string[] unexpected = [.. _fileNames.Values
            .Where(k => !used.Contains(k) && !KeyMap.Ignored.Any(i => k.EndsWith(i, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)];
        if (missing.Count + unexpected.Length > 0)
            throw new CheckpointException($"{Path}: {TensorMatch.WrongNames(missing, unexpected, NamesShown)}. {advice}");
    }

    private KeyRule? Find(string name)
    {
        KeyRule? rule = _naming.Find(name);
        return rule is null ? null : rule with { Sources = [.. rule.Sources.Select(s => _fileNames.GetValueOrDefault(s, _prefix + s))] };
    }

    private bool TryFind(string name, [NotNullWhen(true)] out KeyRule? rule, out TensorInfo[] sources)
    {
        rule = Find(name);
        sources = rule is null ? [] : [.. rule.Sources.Select(s => _file.Tensors.GetValueOrDefault(s)).OfType<TensorInfo>()];
        return rule is not null && sources.Length == rule.Sources.Length;
    }

    private static bool IsScalar(ImmutableArray<long> wanted, TensorInfo[] found) =>
        wanted.IsEmpty && found is [{ ElementCount: 1 }];

    private static long[] Combine(KeyOperation operation, TensorInfo[] sources) => operation switch
    {
        KeyOperation.Transpose => [.. sources[0].Shape.Reverse()],
        KeyOperation.Stack when sources.All(s => s.Shape.SequenceEqual(sources[0].Shape) && s.Shape.Length > 0) =>
            [sources[0].Shape[0] * sources.Length, .. sources[0].Shape.Skip(1)],
        _ => [.. sources[0].Shape],
    };
}

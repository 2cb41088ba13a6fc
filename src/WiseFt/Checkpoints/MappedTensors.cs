using System.Collections.Immutable;
using System.Text.RegularExpressions;
using static TorchSharp.torch;

namespace WiseFt;

/// <summary>The tensors of a file under OpenAI's names.</summary>
internal sealed partial class MappedTensors : IDisposable
{
    private readonly ITensorFile _file;
    private readonly Dictionary<string, KeyRule> _rules;

    /// <summary>Takes the ownership of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="map">Its key map; null where the file has OpenAI's names already.</param>
    public MappedTensors(ITensorFile file, ImmutableArray<KeyRule>? map)
    {
        _file = file;
        _rules = map is { } rules
            ? rules.ToDictionary(r => r.Name, StringComparer.Ordinal)
            : new Dictionary<string, KeyRule>(StringComparer.Ordinal);
        IsMapped = map is not null;
    }

    /// <summary>The file or folder, for messages.</summary>
    public string Path => _file.Path;

    private bool IsMapped { get; }

    /// <summary>Throws unless the file holds just what a model needs, in the shapes it needs.</summary>
    /// <param name="wanted">OpenAI's name and the shape of every parameter and buffer of the model.</param>
    /// <exception cref="CheckpointException">Tensors are missing, unexpected or of another shape: all are counted, the first three named.</exception>
    public void RequireExactly(IReadOnlyDictionary<string, long[]> wanted)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        var missing = new List<string>();
        foreach (string name in wanted.Keys)
            foreach (string source in Rule(name).Sources)
            {
                used.Add(source);
                if (!_file.Tensors.ContainsKey(source)) missing.Add(source);
            }
        string[] unexpected = [.. _file.Tensors.Keys.Where(k => !used.Contains(k) && !KeyMap.Ignored.Any(k.EndsWith)).Order(StringComparer.Ordinal)];
        if (missing.Count + unexpected.Length > 0)
            throw new CheckpointException(
                $"{Path}: {Count(missing)} of the model's tensors missing, {Count(unexpected)} unexpected. " +
                "The weights belong to another architecture than the configuration says; use the configuration that came with them.");
        foreach (var (name, shape) in wanted) RequireShape(name, shape);
    }

    /// <summary>Reads one tensor of the model.</summary>
    /// <param name="name">OpenAI's name.</param>
    public Tensor Read(string name)
    {
        KeyRule rule = Rule(name);
        if (rule.Operation == KeyOperation.Copy) return _file.Read(rule.Sources[0]);
        using var scope = NewDisposeScope();
        Tensor[] sources = [.. rule.Sources.Select(_file.Read)];
        return (rule.Operation == KeyOperation.Stack ? cat(sources) : sources[0].t().contiguous()).MoveToOuterDisposeScope();
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private KeyRule Rule(string name)
    {
        if (!IsMapped) return new KeyRule(name, KeyOperation.Copy, name);
        Match block = BlockNumber().Match(name);
        if (!block.Success) return _rules[name];
        KeyRule rule = _rules[BlockNumber().Replace(name, "resblocks.*")];
        return rule with { Sources = [.. rule.Sources.Select(s => s.Replace("*", block.Groups[1].Value, StringComparison.Ordinal))] };
    }

    private void RequireShape(string name, long[] wanted)
    {
        KeyRule rule = Rule(name);
        TensorEntry[] sources = [.. rule.Sources.Select(s => _file.Tensors[s])];
        long[] found = rule.Operation switch
        {
            KeyOperation.Transpose => [.. sources[0].Shape.Reverse()],
            KeyOperation.Stack => [sources.Sum(s => s.Shape.FirstOrDefault()), .. sources[0].Shape.Skip(1)],
            _ => [.. sources[0].Shape],
        };
        if (!found.AsSpan().SequenceEqual(wanted))
            throw new CheckpointException(
                $"{Path}: '{rule.Sources[0]}' is ({string.Join(", ", sources[0].Shape)}) where the configuration asks for ({string.Join(", ", wanted)}) as '{name}'. " +
                "The weights belong to another architecture than the configuration says; use the configuration that came with them.");
    }

    private static string Count(IReadOnlyCollection<string> names) =>
        names.Count == 0 ? "none" : $"{names.Count} (first: {string.Join(", ", names.Take(3))})";

    [GeneratedRegex(@"resblocks\.([0-9]+)")]
    private static partial Regex BlockNumber();
}

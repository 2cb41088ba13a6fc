using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.RegularExpressions;
using static TorchSharp.torch;

namespace WiseFt.Files;

/// <summary>How the tensors of a file become one tensor of the model.</summary>
internal enum KeyOperation
{
    /// <summary>As it is.</summary>
    Copy,

    /// <summary>Rows of the sources one below the other: query, key and value become one projection.</summary>
    Stack,

    /// <summary>Rows and columns exchanged.</summary>
    Transpose,
}

/// <summary>One row of a key map.</summary>
/// <param name="Name">OpenAI's name; <c>*</c> stands for the number of a residual attention block,
/// <c>**</c> at the end for any rest of a name.</param>
/// <param name="Operation">What is done to the sources.</param>
/// <param name="Sources">The names in the file, with the same <c>*</c> or <c>**</c>.</param>
internal sealed record KeyRule(string Name, KeyOperation Operation, params string[] Sources);

/// <summary>One way of naming CLIP's tensors: a table of rules from OpenAI's names, which the model has inside, to a file's.</summary>
internal sealed partial class KeyNaming
{
    private const string Rest = "**";

    private readonly FrozenDictionary<string, KeyRule> _exact;
    private readonly ImmutableArray<KeyRule> _prefixes;

    /// <param name="name">What the naming is called, for people.</param>
    /// <param name="signature">A tensor that every file of this naming has, and none of the namings that are tried after it.</param>
    /// <param name="rules">The table; among rules that end in <c>**</c> the first that fits counts.</param>
    public KeyNaming(string name, string signature, params ImmutableArray<KeyRule> rules)
    {
        (Name, Signature) = (name, signature);
        _exact = rules.Where(r => !IsPrefix(r)).ToFrozenDictionary(r => r.Name, StringComparer.Ordinal);
        _prefixes = [.. rules.Where(IsPrefix)];
    }

    /// <summary>What the naming is called, for people.</summary>
    public string Name { get; }

    /// <summary>A tensor by which the naming is recognised.</summary>
    public string Signature { get; }

    /// <summary>The rule for one tensor of the model, its wildcards replaced; null where the naming has no such tensor.</summary>
    /// <param name="name">OpenAI's name.</param>
    public KeyRule? Find(string name)
    {
        Match block = BlockNumber().Match(name);
        if (_exact.TryGetValue(block.Success ? BlockNumber().Replace(name, "resblocks.*") : name, out KeyRule? rule))
            return Fill(rule, name, "*", block.Groups[1].Value);
        return _prefixes.FirstOrDefault(r => name.StartsWith(r.Name[..^Rest.Length], StringComparison.Ordinal)) is { } prefix
            ? Fill(prefix, name, Rest, name[(prefix.Name.Length - Rest.Length)..])
            : null;
    }

    /// <summary>One tensor of the model under the names of this naming; the results are views.</summary>
    /// <param name="name">OpenAI's name.</param>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="ArgumentException">The naming has no such tensor.</exception>
    public IEnumerable<KeyValuePair<string, Tensor>> Rename(string name, Tensor tensor)
    {
        KeyRule rule = Find(name) ?? throw new ArgumentException($"{Name} have no '{name}'.", nameof(name));
        return rule.Operation switch
        {
            KeyOperation.Transpose => [KeyValuePair.Create(rule.Sources[0], tensor.t())],
            KeyOperation.Stack => rule.Sources.Zip(tensor.chunk(rule.Sources.Length), KeyValuePair.Create),
            _ => [KeyValuePair.Create(rule.Sources[0], tensor.alias())],
        };
    }

    private static bool IsPrefix(KeyRule rule) => rule.Name.EndsWith(Rest, StringComparison.Ordinal);

    private static KeyRule Fill(KeyRule rule, string name, string wildcard, string value) =>
        new(name, rule.Operation, [.. rule.Sources.Select(s => s.Replace(wildcard, value, StringComparison.Ordinal))]);

    [GeneratedRegex(@"resblocks\.([0-9]+)")]
    private static partial Regex BlockNumber();
}

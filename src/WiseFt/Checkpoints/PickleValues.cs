using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt;

// What a pickle's values become. Numbers are long, BigInteger or double; None is null; texts are string, bytes byte[].
// None of these compares or hashes by content: a hostile pickle can nest and share them without end.

/// <summary>A Python tuple.</summary>
internal sealed class PickleTuple(object?[] items)
{
    public object?[] Items { get; } = items;
}

/// <summary>A Python list.</summary>
internal sealed class PickleList
{
    public List<object?> Items { get; } = [];
}

/// <summary>A Python dict or OrderedDict as the sequence of its assignments.</summary>
internal sealed class PickleDict
{
    public List<KeyValuePair<object?, object?>> Entries { get; } = [];

    /// <summary>The entries whose key is a text.</summary>
    public IEnumerable<KeyValuePair<string, object?>> Named =>
        Entries.Where(e => e.Key is string).Select(e => KeyValuePair.Create((string)e.Key!, e.Value));
}

/// <summary>A module of a TorchScript archive: the name of its generated class, and its attributes.</summary>
internal sealed class PickleObject(PickleGlobal type)
{
    public PickleGlobal Type { get; } = type;

    public object? State { get; set; }
}

/// <summary>Bytes that tensors view, named by the key under which the archive holds them.</summary>
internal sealed record PickleStorage(string Key, ScalarType Type, long Count)
{
    public long ByteLength => checked(Count * Type.ElementSize());
}

/// <summary>A value that is neither a tensor nor part of a name: a device, a dtype.</summary>
internal sealed record PickleOpaque(string Name);

namespace WiseFt.Files;

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

using System.Text;
using System.Text.Unicode;
using WiseFt.Files;

namespace WiseFt.Images;

/// <summary>A pickled dictionary of a data set: arrays, lists of numbers and lists of names.</summary>
internal sealed class NumPyDictionary
{
    // A pickle can use one text as often as it likes: each must not cost much.
    private const int LongestText = 64;
    private const int MostNames = 50;

    private readonly string _path;
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

    private NumPyDictionary(string path) => _path = path;

    /// <summary>Reads a pickle, and executes nothing.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="pickle">The pickle, whose value is a dictionary, or an array without axes that holds one.</param>
    /// <exception cref="ImageException">It is damaged, asks for code, or holds something else.</exception>
    public static NumPyDictionary Read(string path, ReadOnlyMemory<byte> pickle)
    {
        object? root = new PickleReader(pickle, path, new NumPyPickle()).Read();
        if (root is PickledArray { Data: PickleList { Items: [var only] } }) root = only;
        if (root is not PickleDict entries)
            throw new ImageException($"{path}: the pickle holds no dictionary. Expected one of arrays and lists.");
        var dictionary = new NumPyDictionary(path);
        foreach (var (key, value) in entries.Entries)
            if (Text(key) is { } name) dictionary._values[name] = value;
        return dictionary;
    }

    /// <summary>The array of that name.</summary>
    /// <exception cref="ImageException">There is none, or it is of no whole numbers in C order.</exception>
    public NumPyArray Array(string name) =>
        Value(name) is PickledArray array ? array.Read($"{_path} ({name})") : throw Refuse(name, "a NumPy array");

    /// <summary>The whole numbers of that name: a list, or an array with one axis.</summary>
    /// <exception cref="ImageException">There are none of 32 bits.</exception>
    public int[] Integers(string name) => Value(name) switch
    {
        PickledArray array when array.Read($"{_path} ({name})") is { Shape.Length: 1 } numbers => numbers.Integers(),
        PickleList list => [.. list.Items.Select((item, i) => Integer(name, i, item))],
        _ => throw Refuse(name, "a list of whole numbers, or an array of one axis"),
    };

    /// <summary>The texts of that name.</summary>
    /// <exception cref="ImageException">There is no such list, or it is of another length, or holds something else.</exception>
    public string[] Texts(string name, int count) => Value(name) is PickleList list && list.Items.Count == count
        ? [.. list.Items.Select(item =>
            Text(item) ?? throw Refuse(name, FormattableString.Invariant($"texts of at most {LongestText} bytes of UTF-8")))]
        : throw Refuse(name, FormattableString.Invariant($"a list of {count} texts"));

    private object? Value(string name) => _values.TryGetValue(name, out object? value)
        ? value
        : throw new ImageException(
            $"{_path}: the dictionary has no '{name}'; found {Listed.First(_values.Keys.Select(k => $"'{k}'"), MostNames)}. " +
            "Is this the file of another data set?");

    private int Integer(string name, int index, object? item) => item switch
    {
        long number and >= int.MinValue and <= int.MaxValue => (int)number,
        PickledScalar scalar => scalar.Read($"{_path} ({name}, number {index})"),
        _ => throw Refuse(name, "a list of whole numbers of 32 bits"),
    };

    private static string? Text(object? value) => value switch
    {
        string { Length: <= LongestText } text => text,
        byte[] { Length: <= LongestText } text when Utf8.IsValid(text) => Encoding.UTF8.GetString(text),
        _ => null,
    };

    private ImageException Refuse(string name, string expected) => new($"{_path}: '{name}' is of another kind. Expected {expected}.");
}

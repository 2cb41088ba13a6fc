using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Files;

/// <summary>A file's tensors under names without what a training script put before all of them, without torch.compile's marker,
/// and without index buffers, which carry nothing. Owns the file.</summary>
internal sealed class PlainNames : ITensorFile, ITensorParts
{
    private readonly ITensorFile _file;
    private readonly Dictionary<string, string> _fileNames = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorInfo> _tensors = new(StringComparer.Ordinal);

    public PlainNames(ITensorFile file)
    {
        _file = file;
        KeyValuePair<string, string>[] names = [.. KeyMap.WithoutMarker(file)
            .Where(n => !KeyMap.Ignored.Any(i => n.Key.EndsWith(i, StringComparison.Ordinal)))];
        int common = Common([.. names.Select(n => n.Key)]);
        foreach (var (plain, name) in names)
        {
            _fileNames.Add(plain[common..], name);
            _tensors.Add(plain[common..], file.Tensors[name] with { Name = plain[common..] });
        }
    }

    /// <inheritdoc/>
    public string Path => _file.Path;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => _tensors;

    /// <inheritdoc/>
    public Tensor Read(string name) => _file.Read(_fileNames[name]);

    /// <inheritdoc/>
    public void ReadPart(string name, long start, Span<byte> destination) => _file.ReadPart(_fileNames[name], start, destination);

    /// <inheritdoc/>
    public void CopyTo(IEnumerable<KeyValuePair<string, Tensor>> destinations) =>
        _file.CopyTo(destinations.Select(d => KeyValuePair.Create(_fileNames[d.Key], d.Value)));

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>Length of the whole components that all names begin with; of a single name 0.</summary>
    private static int Common(string[] names)
    {
        if (names.Length < 2) return 0;
        int common = 0;
        for (int end; (end = names[0].IndexOf('.', common)) >= 0; common = end + 1)
            if (!names.All(n => n.Length > end + 1 && n.AsSpan(0, end + 1).SequenceEqual(names[0].AsSpan(0, end + 1)))) break;
        return common;
    }
}

using System.Security.Cryptography;
using WiseFt.Files;

namespace WiseFt.Reports;

/// <summary>The figures in a report's folder: which of them an earlier report left, and no other file.</summary>
/// <remarks>figures.sha256 lists what was written, as sha256sum does. A file goes if it is listed, is unchanged, and is not of this
/// report: what somebody put or changed there stays.</remarks>
internal sealed class FigureFiles
{
    /// <summary>The list's name.</summary>
    public const string ListName = "figures.sha256";

    private readonly string _folder;
    private readonly Dictionary<string, string> _earlier, _written = new(StringComparer.Ordinal);

    /// <summary>The figures of a folder, as an earlier report listed them.</summary>
    public FigureFiles(string folder) => (_folder, _earlier) = (folder, Read(Path.Combine(folder, ListName)));

    /// <summary>Writes a figure.</summary>
    public void Write(string name, byte[] content)
    {
        AtomicFile.Write(Path.Combine(_folder, name), stream => stream.Write(content));
        _written[name] = Hash(content);
    }

    /// <summary>Removes the earlier report's figures that were not written again, and lists those that were.</summary>
    public void RemoveEarlier()
    {
        // Where letter case does not count, another spelling is the same file.
        var names = _written.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, hash) in _earlier.Where(e => !names.Contains(e.Key)))
        {
            var file = new FileInfo(Path.Combine(_folder, name));
            if (file.Exists && file.LinkTarget is null && Hash(File.ReadAllBytes(file.FullName)) == hash) file.Delete();
        }
        AtomicFile.WriteText(
            Path.Combine(_folder, ListName),
            string.Concat(_written.OrderBy(w => w.Key, StringComparer.Ordinal).Select(w => $"{w.Value}  {w.Key}\n")));
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static Dictionary<string, string> Read(string path)
    {
        var listed = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!File.Exists(path)) return listed;
        foreach (string[] line in File.ReadLines(path).Select(l => l.Split("  ", 2)))
            if (line.Length == 2 && IsFigure(line[1])) listed[line[1]] = line[0];
        return listed;
    }

    /// <summary>Whether a name is one that figures have: never a path.</summary>
    private static bool IsFigure(string name) =>
        Path.GetExtension(name) is ".svg" or ".png"
        && Path.GetFileNameWithoutExtension(name).All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
        && Path.GetFileName(name) == name;
}

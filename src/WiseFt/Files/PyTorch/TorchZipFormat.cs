using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace WiseFt.Files;

/// <summary>The zip archives of <c>torch.save</c> (since PyTorch 1.6) and of <c>torch.jit.save</c>.</summary>
/// <remarks>
/// Source of the layout: pytorch/pytorch <c>caffe2/serialize/inline_container.h</c>: one folder holding <c>data.pkl</c>, <c>data/KEY</c>,
/// <c>byteorder</c>, <c>version</c>, and <c>constants.pkl</c> in TorchScript archives alone. Differs from PyTorch, which does not look at
/// checksums: they are compared, but for 0, which stands where a writer was told to leave them out.
/// </remarks>
internal static class TorchZipFormat
{
    /// <summary>PyTorch's <c>kMaxSupportedFileFormatVersion</c>.</summary>
    private const int MaximumVersion = 10;

    // Deflated, the state dicts among the fixtures become three to four times smaller.
    private const int MaximumInflation = 64;
    private const int MaximumSmallEntry = 64;
    private const string PickleName = "/data.pkl";

    /// <summary>Whether the file's first bytes are those of a zip archive.</summary>
    public static bool Recognises(ReadOnlySpan<byte> head) => head.StartsWith("PK\x03\x04"u8);

    /// <summary>Reads the directory and the pickle.</summary>
    public static TorchContents Read(ArchiveFile file)
    {
        ZipDirectory zip = ZipDirectory.Read(file);
        string folder = Folder(zip, file);
        RequireKnownVersion(zip, folder, file);
        bool bigEndian = SmallText(zip, $"{folder}/byteorder", file) switch
        {
            null or "little" => false,
            "big" => true,
            var other => throw new CheckpointException($"{file.Path}: the byte order is '{other}'; expected little or big."),
        };
        ZipEntry pickle = zip.Entries[folder + PickleName];
        bool script = zip.Entries.ContainsKey($"{folder}/constants.pkl");
        if (Math.Max(pickle.Length, pickle.StoredLength) > TorchArchive.MaximumPickleLength)
            throw new CheckpointException(
                $"{file.Path}: data.pkl has {pickle.Length} bytes; a state dict's has at most {TorchArchive.MaximumPickleLength}.");
        if (pickle.Length > MaximumInflation * pickle.StoredLength)
            throw new CheckpointException(
                $"{file.Path}: data.pkl becomes {pickle.Length} bytes of {pickle.StoredLength}; " +
                $"a state dict's at most {MaximumInflation} times as many.");
        var reader = new PickleReader(ReadEntry(file, pickle), $"{file.Path} ({pickle.Name})", new StateDictPickle(script));
        object? root = reader.Read();
        return new TorchContents(root, Regions(zip, $"{folder}/data/"), bigEndian);
    }

    private static string Folder(ZipDirectory zip, ArchiveFile file)
    {
        string[] folders = [.. zip.Entries.Keys
            .Where(n => n.EndsWith(PickleName, StringComparison.Ordinal)).Select(n => n[..^PickleName.Length])
            .Where(n => !n.Contains('/'))];
        if (folders.Length == 1) return folders[0];
        string found = Listed.First(zip.Entries.Keys.Order(StringComparer.Ordinal));
        string what = zip.Entries.Keys.Any(n => n.EndsWith("model.json", StringComparison.Ordinal))
            ? "is a TorchScript archive older than PyTorch 1.4; load and save it again with a newer PyTorch"
            : $"is a zip archive with {folders.Length} data.pkl where torch.save writes one (first entries: {found}). " +
                "It is of another format or damaged";
        throw new CheckpointException($"{file.Path}: the file {what}.");
    }

    private static void RequireKnownVersion(ZipDirectory zip, string folder, ArchiveFile file)
    {
        if (SmallText(zip, $"{folder}/version", file) is { } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int version) || version > MaximumVersion))
            throw new CheckpointException(
                $"{file.Path}: the archive's version is '{text}'; known are versions up to {MaximumVersion}. " +
                "Save it as .safetensors instead.");
    }

    private static string? SmallText(ZipDirectory zip, string name, ArchiveFile file)
    {
        if (!zip.Entries.TryGetValue(name, out ZipEntry? entry)) return null;
        if (Math.Max(entry.Length, entry.StoredLength) > MaximumSmallEntry)
            throw new CheckpointException($"{file.Path}: entry '{name}' has {entry.Length} bytes; expected at most {MaximumSmallEntry}.");
        return Encoding.Latin1.GetString(ReadEntry(file, entry)).Trim();
    }

    private static byte[] ReadEntry(ArchiveFile file, ZipEntry entry)
    {
        byte[] bytes = entry.IsDeflated ? Inflate(file, entry) : file.Read(entry.Offset, (int)entry.Length);
        if (entry.Checksum != 0 && Crc32.HashToUInt32(bytes) != entry.Checksum) throw TorchArchive.WrongChecksum(file.Path, entry.Name);
        return bytes;
    }

    private static byte[] Inflate(ArchiveFile file, ZipEntry entry)
    {
        using var inflated = new InflatedEntry(file, entry.Name, entry.Offset, entry.StoredLength, entry.Length);
        return inflated.ReadAll();
    }

    private static Dictionary<string, StorageRegion> Regions(ZipDirectory zip, string prefix) => zip.Entries.Values
        .Where(e => e.Name.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(
            e => e.Name[prefix.Length..], e => new StorageRegion(e.Offset, e.StoredLength, e.Length, e.IsDeflated, e.Checksum),
                StringComparer.Ordinal);
}

using System.IO.Compression;

namespace WiseFt.Images;

/// <summary>NumPy's archives of arrays, as numpy.savez and numpy.savez_compressed write them: a zip of .npy files.</summary>
internal static class NpzFile
{
    // Photographs hardly become smaller; a bomb becomes a thousand times smaller.
    private const int LargestRatio = 16, Allowance = 1 << 20;

    /// <summary>The arrays of these names.</summary>
    /// <exception cref="ImageException">The file or an array is missing or damaged, or no array of whole numbers in C order.</exception>
    public static NumPyArray[] Read(string path, params ReadOnlySpan<string> names)
    {
        byte[] bytes = DataFile.Read(path);
        var arrays = new NumPyArray[names.Length];
        try
        {
            using var archive = new ZipArchive(new MemoryStream(bytes), ZipArchiveMode.Read);
            for (int i = 0; i < names.Length; i++) arrays[i] = NpyFile.Parse($"{path} ({names[i]})", Inflate(archive, path, $"{names[i]}.npy"));
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            throw new ImageException($"{path}: the archive is damaged: {error.Message} Expected one that numpy.savez wrote; fetch it again.", error);
        }
        return arrays;
    }

    private static byte[] Inflate(ZipArchive archive, string path, string name)
    {
        ZipArchiveEntry entry = archive.GetEntry(name)
            ?? throw new ImageException($"{path}: the archive has no {name}; found {LabelledImages.Listed([.. archive.Entries.Take(100).Select(e => e.FullName)])}. Expected one that numpy.savez wrote.");
        if (entry.Length > Math.Min(Array.MaxLength, LargestRatio * entry.CompressedLength + Allowance))
            throw new ImageException($"{path}: {name} becomes {entry.Length} bytes of {entry.CompressedLength}. Expected at most {LargestRatio} times as many; save it again with numpy.savez.");
        using Stream stream = entry.Open();
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.Length == entry.Length ? content.ToArray() : throw new InvalidDataException($"{name} has {content.Length} bytes where {entry.Length} are declared.");
    }
}

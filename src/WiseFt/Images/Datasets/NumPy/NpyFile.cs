using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace WiseFt.Images;

/// <summary>NumPy's array files, read strictly: the header as numpy.save writes it, and what follows.</summary>
/// <remarks>Source of the format: NumPy's numpy/lib/format.py, versions 1.0 to 3.0.</remarks>
internal static partial class NpyFile
{
    private const int LargestHeader = 10_000; // numpy's own limit for files that are not trusted
    private const string PickledObject = "|O";

    private static readonly byte[] _magic = [0x93, .. "NUMPY"u8];

    /// <summary>The array of a .npy file.</summary>
    /// <exception cref="ImageException">The file is missing, damaged, or no array of whole numbers in C order.</exception>
    public static NumPyArray Read(string path) => Parse(path, DataFile.Read(path));

    /// <summary>The array of a .npy file's content.</summary>
    /// <param name="source">What to call it in messages.</param>
    /// <param name="bytes">The content.</param>
    /// <exception cref="ImageException">It is damaged, or no array of whole numbers in C order.</exception>
    public static NumPyArray Parse(string source, ReadOnlyMemory<byte> bytes)
    {
        var (type, isFortran, shape, data) = Split(source, bytes);
        if (type == PickledObject)
            throw NumPyArray.Refuse(source, "the file holds a pickled Python object", "a plain array; save it with numpy.save");
        return NumPyArray.Create(source, type, shape, isFortran, data);
    }

    /// <summary>The dictionary of a .npy file that was made by numpy.save(path, dictionary).</summary>
    /// <exception cref="ImageException">The file is missing, damaged, or holds something else.</exception>
    public static NumPyDictionary ReadDictionary(string path)
    {
        var (type, _, _, pickle) = Split(path, DataFile.Read(path));
        if (type != PickledObject)
            throw NumPyArray.Refuse(
                path, $"the file holds an array of type {type}", "a dictionary that numpy.save wrote, with 'images' and 'labels'");
        return NumPyDictionary.Read(path, pickle);
    }

    private static (string Type, bool IsFortran, ImmutableArray<int> Shape, ReadOnlyMemory<byte> Data) Split(
        string source, ReadOnlyMemory<byte> file)
    {
        ReadOnlySpan<byte> bytes = file.Span;
        if (bytes.Length < 12 || !bytes.StartsWith(_magic))
            throw NumPyArray.Refuse(
                source, $"the file does not begin as a NumPy array ({bytes.Length} bytes)", "a .npy file that numpy.save wrote");
        bool isWide = bytes[6] >= 2;
        if (bytes[6] is < 1 or > 3)
            throw NumPyArray.Refuse(source, $"the array file is of version {bytes[6]}.{bytes[7]}", "1.0, 2.0 or 3.0");
        long length = isWide ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        int start = isWide ? 12 : 10;
        if (length > LargestHeader || start + length > bytes.Length)
            throw NumPyArray.Refuse(
                source, $"the header has {length} bytes in a file of {bytes.Length}", $"at most {LargestHeader}, inside the file");
        string header = Encoding.Latin1.GetString(bytes.Slice(start, (int)length)).Trim();
        Match match = Header().Match(header);
        if (!match.Success)
            throw NumPyArray.Refuse(
                source, $"the header is {header[..Math.Min(200, header.Length)]}",
                "{'descr': '|u1', 'fortran_order': False, 'shape': (N, …), } as numpy.save writes it");
        return (match.Groups["type"].Value, match.Groups["fortran"].Value == "True", ReadShape(source, match.Groups["shape"].Value),
            file[(start + (int)length)..]);
    }

    private static ImmutableArray<int> ReadShape(string source, string text)
    {
        var shape = ImmutableArray.CreateBuilder<int>();
        foreach (string extent in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            shape.Add(int.TryParse(extent, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
                ? value
                : throw NumPyArray.Refuse(source, $"an extent is {extent}", "a number of 31 bits"));
        return shape.ToImmutable();
    }

    [GeneratedRegex(
        @"^\{\s*'descr':\s*'(?<type>[^']{1,16})',\s*'fortran_order':\s*(?<fortran>True|False),\s*'shape':\s*\((?<shape>[0-9, ]*)\),?\s*\}$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Header();
}

/// <summary>NumPy's archives of arrays, as numpy.savez and numpy.savez_compressed write them: a zip of .npy files.</summary>
internal static class NpzFile
{
    // Photographs hardly become smaller; a bomb becomes a thousand times smaller.
    private const int LargestRatio = 16, Allowance = 1 << 20, MostNames = 50;

    /// <summary>The arrays of these names.</summary>
    /// <exception cref="ImageException">The file or an array is missing or damaged, or no array of whole numbers in C order.</exception>
    public static NumPyArray[] Read(string path, params ReadOnlySpan<string> names)
    {
        byte[] bytes = DataFile.Read(path);
        var arrays = new NumPyArray[names.Length];
        try
        {
            using var archive = new ZipArchive(new MemoryStream(bytes), ZipArchiveMode.Read);
            for (int i = 0; i < names.Length; i++)
                arrays[i] = NpyFile.Parse($"{path} ({names[i]})", Inflate(archive, path, $"{names[i]}.npy"));
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            throw new ImageException(
                $"{path}: the archive is damaged: {error.Message} Expected one that numpy.savez wrote; fetch it again.", error);
        }
        return arrays;
    }

    private static byte[] Inflate(ZipArchive archive, string path, string name)
    {
        ZipArchiveEntry entry = archive.GetEntry(name)
            ?? throw new ImageException(
                $"{path}: the archive has no {name}; found {Listed.First(archive.Entries.Select(e => $"'{e.FullName}'"), MostNames)}. " +
                "Expected one that numpy.savez wrote.");
        if (entry.Length > Math.Min(Array.MaxLength, LargestRatio * entry.CompressedLength + Allowance))
            throw new ImageException(
                $"{path}: {name} becomes {entry.Length} bytes of {entry.CompressedLength}. " +
                $"Expected at most {LargestRatio} times as many; save it again with numpy.savez.");
        using Stream stream = entry.Open();
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.Length == entry.Length
            ? content.ToArray()
            : throw new InvalidDataException($"{name} has {content.Length} bytes where {entry.Length} are declared.");
    }
}

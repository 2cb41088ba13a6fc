using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;

namespace WiseFt;

/// <summary>A NumPy array file of whole numbers, read strictly: its header as numpy.save writes it, and exactly its bytes.</summary>
/// <remarks>Source of the format: NumPy's numpy/lib/format.py, versions 1.0 to 3.0. Arrays of Python objects are pickles and are refused.</remarks>
internal sealed partial class NpyFile
{
    private const int LargestHeader = 10_000; // numpy's own limit for files that are not trusted

    private static readonly byte[] _magic = [0x93, .. "NUMPY"u8];

    private readonly string _path, _type;
    private readonly ReadOnlyMemory<byte> _data;

    private NpyFile(string path, string type, ImmutableArray<int> shape, ReadOnlyMemory<byte> data) => (_path, _type, Shape, _data) = (path, type, shape, data);

    /// <summary>The extents, the slowest first.</summary>
    public ImmutableArray<int> Shape { get; }

    /// <exception cref="ImageException">The file is missing, damaged, or no array of whole numbers in C order.</exception>
    public static NpyFile Read(string path)
    {
        byte[] bytes = DataFile.Read(path);
        if (bytes.Length < 12 || !bytes.AsSpan().StartsWith(_magic)) throw Refuse(path, $"the file does not begin as a NumPy array ({bytes.Length} bytes)", "a .npy file that numpy.save wrote");
        bool isWide = bytes[6] >= 2;
        if (bytes[6] is < 1 or > 3) throw Refuse(path, $"the array file is of version {bytes[6]}.{bytes[7]}", "1.0, 2.0 or 3.0");
        long length = isWide ? BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8)) : BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        int start = isWide ? 12 : 10;
        if (length > LargestHeader || start + length > bytes.Length) throw Refuse(path, $"the header has {length} bytes in a file of {bytes.Length}", $"at most {LargestHeader}, inside the file");
        string header = Encoding.Latin1.GetString(bytes, start, (int)length).Trim();
        Match match = Header().Match(header);
        if (!match.Success) throw Refuse(path, $"the header is {header[..Math.Min(200, header.Length)]}", "{'descr': '|u1', 'fortran_order': False, 'shape': (N, …), } as numpy.save writes it");
        string type = match.Groups["type"].Value;
        int size = ElementSize(path, type);
        if (match.Groups["fortran"].Value == "True") throw Refuse(path, "the array is in Fortran order", "C order; save it again with numpy.save(path, numpy.ascontiguousarray(array))");
        ImmutableArray<int> shape = ReadShape(path, match.Groups["shape"].Value);
        BigInteger expected = shape.Aggregate((BigInteger)size, (product, extent) => product * extent); // eight extents of 31 bits are more than any other integer holds
        long found = bytes.Length - start - length;
        if (found != expected) throw Refuse(path, $"{found} bytes follow the header", $"{expected} for shape ({string.Join(", ", shape)}) of {type}: the file is cut short, or has something behind its array");
        return new NpyFile(path, type, shape, bytes.AsMemory(start + (int)length));
    }

    /// <summary>The elements of a uint8 array.</summary>
    public ReadOnlyMemory<byte> Bytes() => _type is "|u1" ? _data : throw Refuse(_path, $"the elements are of type {_type}", "uint8 (|u1)");

    /// <summary>The elements as integers.</summary>
    public int[] Integers()
    {
        int size = ElementSize(_path, _type), count = _data.Length / size;
        var values = new int[count];
        for (int i = 0; i < count; i++)
        {
            long value = Element(_data.Span.Slice(i * size, size));
            values[i] = value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Refuse(_path, $"element {i} is {value}", "a number of 32 bits");
        }
        return values;
    }

    private long Element(ReadOnlySpan<byte> element) => _type switch
    {
        "|u1" => element[0],
        "|i1" => (sbyte)element[0],
        "<i2" => BinaryPrimitives.ReadInt16LittleEndian(element),
        "<u2" => BinaryPrimitives.ReadUInt16LittleEndian(element),
        "<i4" => BinaryPrimitives.ReadInt32LittleEndian(element),
        "<u4" => BinaryPrimitives.ReadUInt32LittleEndian(element),
        _ => BinaryPrimitives.ReadInt64LittleEndian(element),
    };

    private static int ElementSize(string path, string type) => type switch
    {
        "|u1" or "|i1" => 1,
        "<i2" or "<u2" => 2,
        "<i4" or "<u4" => 4,
        "<i8" => 8,
        "|O" => throw Refuse(path, "the file holds a pickled Python object, which could run code when it is read", "a plain array; load it in Python if you trust it, and save each array with numpy.save (docs/datasets.md)"),
        _ => throw Refuse(path, $"the elements are of type {type}", "whole numbers in little-endian order: |u1, |i1, <u2, <i2, <u4, <i4 or <i8"),
    };

    private static ImmutableArray<int> ReadShape(string path, string text)
    {
        var shape = ImmutableArray.CreateBuilder<int>();
        foreach (string extent in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            shape.Add(int.TryParse(extent, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : throw Refuse(path, $"an extent is {extent}", "a number of 31 bits"));
        return shape.Count <= 8 ? shape.ToImmutable() : throw Refuse(path, $"the array has {shape.Count} axes", "at most 8");
    }

    private static ImageException Refuse(string path, string found, string expected) => new($"{path}: {found}. Expected {expected}.");

    [GeneratedRegex(@"^\{\s*'descr':\s*'(?<type>[^']{1,16})',\s*'fortran_order':\s*(?<fortran>True|False),\s*'shape':\s*\((?<shape>[0-9, ]*)\),?\s*\}$", RegexOptions.CultureInvariant)]
    private static partial Regex Header();
}

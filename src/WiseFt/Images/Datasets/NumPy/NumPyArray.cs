using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;

namespace WiseFt.Images;

/// <summary>A NumPy array of whole numbers in C order: type, extents, and exactly its bytes.</summary>
internal sealed class NumPyArray
{
    public const int MaximumRank = 8;

    private readonly string _source, _type;
    private readonly ReadOnlyMemory<byte> _data;

    private NumPyArray(string source, string type, ImmutableArray<int> shape, ReadOnlyMemory<byte> data) =>
        (_source, _type, Shape, _data) = (source, type, shape, data);

    /// <summary>The extents, the slowest first.</summary>
    public ImmutableArray<int> Shape { get; }

    /// <summary>An array over bytes that are already there.</summary>
    /// <param name="source">What to call it in messages: its file, and its name in there.</param>
    /// <param name="type">NumPy's name of the element type, with byte order: |u1, &lt;i8, ….</param>
    /// <param name="shape">The extents.</param>
    /// <param name="isFortran">Whether the first extent is the fastest, which is refused.</param>
    /// <param name="data">The elements.</param>
    /// <exception cref="ImageException">Another type or order, or more or fewer bytes than the extents say.</exception>
    public static NumPyArray Create(string source, string type, ImmutableArray<int> shape, bool isFortran, ReadOnlyMemory<byte> data)
    {
        int size = ElementSize(source, type);
        if (isFortran)
            throw Refuse(
                source, "the array is in Fortran order", "C order; save it again with numpy.save(path, numpy.ascontiguousarray(array))");
        if (shape.Length > MaximumRank) throw Refuse(source, $"the array has {shape.Length} axes", $"at most {MaximumRank}");
        // eight extents of 31 bits are more than any other integer holds
        BigInteger expected = shape.Aggregate((BigInteger)size, (product, extent) => product * extent);
        if (data.Length != expected)
            throw Refuse(
                source, $"the array has {data.Length} bytes",
                $"{expected} for shape ({string.Join(", ", shape)}) of {type}: the file is cut short, or has something behind its array");
        return new NumPyArray(source, type, shape, data);
    }

    /// <summary>The elements of a uint8 array.</summary>
    public ReadOnlyMemory<byte> Bytes() =>
        _type is "|u1" ? _data : throw Refuse(_source, $"the elements are of type {_type}", "uint8 (|u1)");

    /// <summary>The elements as integers.</summary>
    public int[] Integers()
    {
        int size = ElementSize(_source, _type), count = _data.Length / size;
        var values = new int[count];
        for (int i = 0; i < count; i++)
        {
            long value = Element(_data.Span.Slice(i * size, size));
            values[i] = value is >= int.MinValue and <= int.MaxValue
                ? (int)value
                : throw Refuse(_source, $"element {i} is {value}", "a number of 32 bits");
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

    private static int ElementSize(string source, string type) => type switch
    {
        "|u1" or "|i1" => 1,
        "<i2" or "<u2" => 2,
        "<i4" or "<u4" => 4,
        "<i8" => 8,
        _ => throw Refuse(
            source, $"the elements are of type {type}", "whole numbers in little-endian order: |u1, |i1, <u2, <i2, <u4, <i4 or <i8"),
    };

    /// <summary>The error of an array.</summary>
    public static ImageException Refuse(string source, string found, string expected) => new($"{source}: {found}. Expected {expected}.");
}

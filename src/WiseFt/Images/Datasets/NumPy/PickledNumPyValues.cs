using System.Collections.Immutable;
using System.Text;
using WiseFt.Files;

namespace WiseFt.Images;

/// <summary>A pickled array. Its state follows its making, and is looked at only when the array is wanted.</summary>
internal sealed class PickledArray
{
    public PickleTuple? Shape { get; set; }

    public PickledType? Type { get; set; }

    public bool IsFortran { get; set; }

    public object? Data { get; set; }

    /// <exception cref="ImageException">It is no array of whole numbers in C order.</exception>
    public NumPyArray Read(string source)
    {
        if (Shape is not { Items: { Length: <= NumPyArray.MaximumRank } extents } || Type is null
            || !extents.All(e => e is >= 0L and <= int.MaxValue))
            throw new ImageException(
                $"{source}: the array has no state, or a shape that is not at most {NumPyArray.MaximumRank} numbers of 31 bits. " +
                "The file is damaged; fetch it again.");
        ImmutableArray<int> shape = [.. extents.Select(e => (int)(long)e!)];
        return NumPyArray.Create(source, Type.Name(), shape, IsFortran, PickledBytes.Of(Data, Array.MaxLength)
            ?? throw new ImageException($"{source}: the array is one of Python objects. Expected whole numbers."));
    }
}

/// <summary>A pickled number with a NumPy type, such as numpy.int64.</summary>
internal sealed class PickledScalar(PickledType type, object? data)
{
    private const int LongestNumber = 16;

    /// <exception cref="ImageException">It is no whole number.</exception>
    public int Read(string source)
    {
        if (PickledBytes.Of(data, LongestNumber) is not { } bytes)
            throw new ImageException($"{source}: a number has no value. The file is damaged; fetch it again.");
        return NumPyArray.Create(source, type.Name(), [], isFortran: false, bytes).Integers()[0];
    }
}

/// <summary>A pickled element type.</summary>
internal sealed class PickledType(object? name)
{
    private const int LongestName = 16;

    public object? ByteOrder { get; set; }

    /// <summary>The name as .npy files have it, such as |u1 or &lt;i8.</summary>
    public string Name() => Short(ByteOrder ?? "|") + Short(name);

    private static string Short(object? value) => value switch
    {
        string { Length: <= LongestName } text => text,
        byte[] { Length: <= LongestName } text => Encoding.Latin1.GetString(text),
        _ => "?",
    };
}

/// <summary>Bytes that protocol 2 writes as a text of the characters 0 to 255.</summary>
internal sealed class PickledBytes(string text)
{
    /// <summary>The bytes of a value, or null if it has none, or more than the most.</summary>
    public static ReadOnlyMemory<byte>? Of(object? value, int most) => value switch
    {
        byte[] bytes when bytes.Length <= most => bytes,
        PickledBytes encoded => encoded.Encode(most),
        _ => null,
    };

    // A pickle can use one text for many numbers: each must not cost its length.
    private ReadOnlyMemory<byte>? Encode(int most) => text.Length <= most && !text.AsSpan().ContainsAnyExceptInRange('\0', '\xff')
        ? Encoding.Latin1.GetBytes(text)
        : (ReadOnlyMemory<byte>?)null;
}

using System.Numerics;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>Whether numbers are numbers: neither NaN nor infinite.</summary>
/// <remarks>Whoever moves numbers through the processor's cache looks at them there, where that costs nothing beside the memory.</remarks>
internal static class Finite
{
    /// <summary>Place of the first number that is none; -1 where there is none, and for types that cannot hold one.</summary>
    /// <param name="bytes">Numbers of one type, whole ones.</param>
    /// <param name="type">Their type.</param>
    public static int IndexOfNone(ReadOnlySpan<byte> bytes, ScalarType type) => type switch
    {
        ScalarType.Float32 => IndexOf(MemoryMarshal.Cast<byte, uint>(bytes), 0x7F80_0000u),
        ScalarType.Float64 => IndexOf(MemoryMarshal.Cast<byte, ulong>(bytes), 0x7FF0_0000_0000_0000ul),
        ScalarType.Float16 => IndexOf(MemoryMarshal.Cast<byte, ushort>(bytes), (ushort)0x7C00),
        ScalarType.BFloat16 => IndexOf(MemoryMarshal.Cast<byte, ushort>(bytes), (ushort)0x7F80),
        _ => -1,
    };

    /// <summary>Whether all numbers of a tensor are, wherever it lies.</summary>
    public static bool IsFinite(Tensor tensor)
    {
        if (!tensor.is_floating_point()) return true;
        if (tensor.IsPlain()) return tensor.ByteChunks().All(chunk => IndexOfNone(chunk.Span, tensor.dtype) < 0);
        using Tensor finite = tensor.isfinite(), all = finite.all();
        return all.item<bool>();
    }

    /// <summary>Row of a matrix (N, D) that holds the first number that is none; -1 where there is none.</summary>
    public static int RowOfNone(Tensor matrix)
    {
        using var scope = NewDisposeScope();
        Tensor rows = matrix.isfinite().all(1);                                          // (N)
        return rows.all().item<bool>() ? -1 : (int)rows.to(ScalarType.Byte).argmin().item<long>();
    }

    /// <summary>Throws unless all numbers of a weight are.</summary>
    /// <param name="name">The weight's.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="what">Whose it is, for the message: "zero-shot model".</param>
    /// <exception cref="NotFiniteNumberException">A number is none.</exception>
    public static void Require(string name, Tensor weight, string what)
    {
        if (!IsFinite(weight)) throw new NotFiniteNumberException($"The {what} cannot be used: {Message(name)}");
    }

    /// <summary>What is said of a weight.</summary>
    public static string Message(string name) => $"'{name}' has numbers that are none (NaN or infinite). " +
        "The training that made it has diverged, or its type was too narrow for it: use a checkpoint of before.";

    private static int IndexOf<T>(ReadOnlySpan<T> numbers, T exponent) where T : struct, IBinaryInteger<T>
    {
        if (!HasNone(numbers, exponent)) return -1;
        int i = 0;
        while ((numbers[i] & exponent) != exponent) i++;
        return i;
    }

    // A number whose exponent has all bits is none. The largest exponents of all lanes are gathered without a branch: as fast as the cache.
    private static bool HasNone<T>(ReadOnlySpan<T> numbers, T exponent) where T : struct, IBinaryInteger<T>
    {
        ReadOnlySpan<Vector<T>> vectors = MemoryMarshal.Cast<T, Vector<T>>(numbers);
        var mask = new Vector<T>(exponent);
        Vector<T> a = default, b = default, c = default, d = default;
        int i = 0;
        for (; i <= vectors.Length - 4; i += 4)
        {
            a = Vector.Max(a, vectors[i] & mask);
            b = Vector.Max(b, vectors[i + 1] & mask);
            c = Vector.Max(c, vectors[i + 2] & mask);
            d = Vector.Max(d, vectors[i + 3] & mask);
        }
        for (; i < vectors.Length; i++) a = Vector.Max(a, vectors[i] & mask);
        bool has = Vector.EqualsAny(Vector.Max(Vector.Max(a, b), Vector.Max(c, d)), mask);
        foreach (T number in numbers[(vectors.Length * Vector<T>.Count)..]) has |= (number & exponent) == exponent;
        return has;
    }
}

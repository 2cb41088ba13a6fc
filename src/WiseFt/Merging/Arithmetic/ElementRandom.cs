using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace WiseFt.Merging;

/// <summary>A random number for each element of a tensor, made of the element's place alone: the same whatever the order of tensors, the
/// threads and the machine.</summary>
/// <remarks>The first eight bytes, little-endian, of the SHA-256 of "seed\nmodel\ntensor" in UTF-8 are the state; an element's number is
/// what SplitMix64 gives from there after as many steps. Source: Steele, Lea and Flood, Fast splittable pseudorandom number generators
/// (OOPSLA 2014).</remarks>
internal readonly struct ElementRandom
{
    private const ulong Step = 0x9E37_79B9_7F4A_7C15;

    private readonly ulong _state;

    /// <summary>The numbers of a tensor.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="model">The model's place among those merged, from 0, without the base.</param>
    /// <param name="tensor">The tensor's name.</param>
    public ElementRandom(int seed, int model, string tensor)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{seed}\n{model}\n{tensor}")), hash);
        _state = BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }

    /// <summary>An element's number, uniform in [0, 1).</summary>
    /// <param name="element">Its place in the flattened tensor.</param>
    public double this[long element]
    {
        get
        {
            ulong z = unchecked(_state + ((ulong)element + 1) * Step);
            z = unchecked((z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9);
            z = unchecked((z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB);
            return ((z ^ (z >> 31)) >> 11) * (1.0 / (1ul << 53));
        }
    }
}

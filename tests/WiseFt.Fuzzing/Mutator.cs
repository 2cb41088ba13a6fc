using System.Buffers.Binary;
using System.Text;

namespace WiseFt.Fuzzing;

/// <summary>Makes damaged and malicious files of whole ones. The same number always gives the same file.</summary>
internal sealed class Mutator(IReadOnlyList<byte[]> seeds, IReadOnlyList<string> words, Func<byte[], byte[]>? repair)
{
    private static readonly long[] _numbers =
        [
            0, 1, -1, 2, 7, 8, 16, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 1 << 20, int.MaxValue, int.MinValue, uint.MaxValue,
            1L << 40, long.MaxValue, long.MinValue];

    private static readonly string[] _texts =
        [
            "0", "-1", "1e308", "-0.5", "99999999999999999999", "2147483647", "4294967296", "null", "true", "[]", "{}", "\"\"", "[[[[",
            "{\"a\":", "\\u0000", "\\ud800", "\0", "ı", "İ", "../", "/"];

    /// <summary>The file of a number.</summary>
    public byte[] Make(int number)
    {
        var random = new Random(number);
        byte[] content = [.. seeds[random.Next(seeds.Count)]];
        byte[] whole = content;
        if (random.Next(2) == 0) content = JsonMutation.Apply(content, random);
        for (int changes = random.Next(4) + (ReferenceEquals(content, whole) ? 1 : 0); changes > 0; changes--)
            content = Change(content, random);
        return repair is not null && random.Next(2) == 0 ? repair(content) : content;
    }

    private byte[] Change(byte[] content, Random random)
    {
        int at = random.Next(content.Length + 1), length = 1 + random.Next(random.Next(2) == 0 ? 8 : Math.Max(1, content.Length / 4));
        int end = Math.Min(content.Length, at + length);
        switch (random.Next(10))
        {
            case 0: return FlipBit(content, random);
            case 1: return SetByte(content, random);
            case 2: return content[..at];                                                   // cut short
            case 3: return [.. content[..at], .. content[end..]];                           // a part is missing
            case 4: return [.. content[..end], .. content[at..end], .. content[end..]];     // a part is there twice
            case 5: return [.. content[..at], .. Noise(random), .. content[at..]];
            case 6: return Splice(content, at, random);
            case 7: return SetNumber(content, random);
            case 8: return [.. content[..at], .. Word(random), .. content[at..]];
            default: return [.. content[..at], .. Word(random), .. content[end..]];
        }
    }

    private static byte[] FlipBit(byte[] content, Random random)
    {
        if (content.Length > 0) content[random.Next(content.Length)] ^= (byte)(1 << random.Next(8));
        return content;
    }

    private static byte[] SetByte(byte[] content, Random random)
    {
        if (content.Length > 0)
            content[random.Next(Math.Min(content.Length, random.Next(2) == 0 ? 64 : content.Length))] = random.Next(3) switch
            {
                0 => 0,
                1 => 255,
                _ => (byte)random.Next(256),
            };
        return content;
    }

    private static byte[] Noise(Random random)
    {
        byte[] noise = new byte[1 + random.Next(16)];
        random.NextBytes(noise);
        return noise;
    }

    /// <summary>The beginning of one file and the end of another.</summary>
    private byte[] Splice(byte[] content, int at, Random random)
    {
        byte[] other = seeds[random.Next(seeds.Count)];
        return [.. content[..at], .. other[random.Next(other.Length + 1)..]];
    }

    private static byte[] SetNumber(byte[] content, Random random)
    {
        Span<byte> bytes = stackalloc byte[8];
        long number = _numbers[random.Next(_numbers.Length)];
        bool isBig = random.Next(2) == 0;
        int width = 1 << (1 + random.Next(3));
        if (isBig) BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        else BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        if (content.Length < width) return content;
        (isBig ? bytes[^width..] : bytes[..width]).CopyTo(content.AsSpan(random.Next(content.Length - width + 1)));
        return content;
    }

    private byte[] Word(Random random)
    {
        int word = random.Next(_texts.Length + words.Count);
        return Encoding.UTF8.GetBytes(word < _texts.Length ? _texts[word] : words[word - _texts.Length]);
    }
}

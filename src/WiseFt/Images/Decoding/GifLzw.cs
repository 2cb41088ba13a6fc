namespace WiseFt.Images;

/// <summary>GIF's variant of LZW: codes of 3 to 12 bits, least significant bit first, in blocks of up to 255 bytes.</summary>
internal static class GifLzw
{
    private const int MaximumCodes = 4096;

    /// <summary>Decodes as many indices as the target holds.</summary>
    /// <param name="blocks">Length-prefixed blocks.</param>
    /// <param name="minimumCodeSize">1 to 8: bits of an index.</param>
    /// <param name="target">Receives the indices.</param>
    /// <returns>False if the data ends before, or has a code that cannot be.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> blocks, int minimumCodeSize, Span<byte> target)
    {
        var prefix = new short[MaximumCodes];
        var suffix = new byte[MaximumCodes];
        var length = new short[MaximumCodes];
        int clear = 1 << minimumCodeSize, next = clear + 2, size = minimumCodeSize + 1, previous = -1, done = 0;
        for (int i = 0; i < clear; i++) (suffix[i], length[i]) = ((byte)i, 1);
        int at = 0, inBlock = 0, bits = 0, held = 0;
        while (done < target.Length)
        {
            for (; held < size; held += 8, at++, inBlock--)
            {
                if (inBlock == 0 && (at >= blocks.Length || (inBlock = blocks[at++]) == 0)) return false;
                if (at >= blocks.Length) return false;
                bits |= blocks[at] << held;
            }
            int code = bits & ((1 << size) - 1);
            (bits, held) = (bits >> size, held - size);
            if (code == clear)
            {
                (next, size, previous) = (clear + 2, minimumCodeSize + 1, -1);
                continue;
            }
            if (code == clear + 1 || code > next || (code == next && previous < 0) || (previous < 0 && code > clear)) return false;
            if (previous >= 0 && next < MaximumCodes)
            {
                // A code that is being defined just now is the previous string and its own first index.
                (prefix[next], length[next]) = ((short)previous, (short)(length[previous] + 1));
                suffix[next] = First(prefix, length, suffix, code == next ? previous : code);
                next++;
                if (next == 1 << size && size < 12) size++;
            }
            else if (code >= next) return false;
            done += Write(prefix, suffix, code, length[code], target[done..]);
            previous = code;
        }
        return true;
    }

    private static byte First(short[] prefix, short[] length, byte[] suffix, int code)
    {
        while (length[code] > 1) code = prefix[code];
        return suffix[code];
    }

    // A string is found from its end; what exceeds the target is dropped.
    private static int Write(short[] prefix, byte[] suffix, int code, int length, Span<byte> target)
    {
        for (int i = length - 1; i >= 0; i--, code = prefix[code])
            if (i < target.Length) target[i] = suffix[code];
        return Math.Min(length, target.Length);
    }
}

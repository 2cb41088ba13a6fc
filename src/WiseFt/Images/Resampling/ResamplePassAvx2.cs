using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace WiseFt.Images;

/// <summary>The passes of <see cref="ResamplePass"/> in 16-bit multiply-adds, equal to the bit.</summary>
/// <remarks>
/// A weight of 23 bits and a sign is split into high * 2^10 + low; both products are summed exactly in 32 bits and joined at the end,
/// so nothing is rounded before Pillow rounds.
/// </remarks>
internal static unsafe class ResamplePassAvx2
{
    // Four pixels become 16-bit pairs of neighbours: (c0: p0 p1, p2 p3) (c1: …) in the lower half, (c2: …) (c3: …) in the upper.
    // 0x80 gives zero.
    private static readonly Vector256<byte> _rgbPairs = Vector256.Create(
        0, 0x80, 3, 0x80, 6, 0x80, 9, 0x80, 1, 0x80, 4, 0x80, 7, 0x80, 10, 0x80,
        2, 0x80, 5, 0x80, 8, 0x80, 11, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80);

    private static readonly Vector256<byte> _rgbaPairs = Vector256.Create(
        0, 0x80, 4, 0x80, 8, 0x80, 12, 0x80, 1, 0x80, 5, 0x80, 9, 0x80, 13, 0x80,
        2, 0x80, 6, 0x80, 10, 0x80, 14, 0x80, 3, 0x80, 7, 0x80, 11, 0x80, 15, 0x80);

    /// <summary>Resizes each row.</summary>
    public static void Horizontal(PixelView source, TapTable taps, Span<byte> target)
    {
        int channels = source.Channels, columns = taps.Outputs;
        int vectorColumns = VectorColumns(taps, source.Width, channels);
        if (target.Length < (long)source.Height * columns * channels)
            throw new ArgumentException("The target is too short.", nameof(target));
        for (int y = 0; y < source.Height; y++)
        {
            var row = source.Row(y);
            var targetRow = target.Slice(y * columns * channels, columns * channels);
            fixed (byte* from = row)
            fixed (byte* to = targetRow)
            fixed (int* first = taps.First)
            fixed (int* count = taps.Count)
            fixed (short* high = taps.High)
            fixed (short* low = taps.Low)
                for (int i = 0; i < vectorColumns; i++)
                {
                    int tap = i * taps.Stride;
                    Column(from + first[i] * channels, (count[i] + 3) / 4, channels, high + tap, low + tap, to + i * channels);
                }
            ResamplePass.HorizontalColumns(row, channels, taps, vectorColumns, targetRow);
        }
    }

    /// <summary>Resizes the columns of one target row as far as whole vectors go.</summary>
    /// <returns>The bytes done: all, or none if the row is shorter than a vector.</returns>
    public static int VerticalRow(PixelView source, TapTable taps, int output, Span<byte> target)
    {
        const int Lane = 16;
        int bytes = target.Length, count = taps.Count[output], first = taps.First[output];
        if (bytes < Lane || count == 0) return 0;
        _ = source.Row(first + count - 1); // refuses rows that are not there
        fixed (byte* start = source.Data)
        fixed (byte* to = target)
        fixed (short* high = &taps.High[output * taps.Stride])
        fixed (short* low = &taps.Low[output * taps.Stride])
        {
            byte* from = start + (long)first * source.Stride;
            for (int x = 0; ; x = Math.Min(x + Lane, bytes - Lane)) // the last vector may overlap the one before
            {
                Sse2.Store(to + x, SixteenColumns(from + x, source.Stride, count, high, low));
                if (x == bytes - Lane) return bytes;
            }
        }
    }

    /// <summary>The leading columns whose vectors stay inside the row, both read and written.</summary>
    private static int VectorColumns(TapTable taps, int width, int channels)
    {
        int columns = taps.Outputs - 1; // a store writes four bytes: the last pixel of three is left to the plain loop
        while (columns > 0 && (taps.First[columns - 1] + (taps.Count[columns - 1] - 1) / 4 * 4) * channels + 16 > width * channels)
            columns--;
        return columns;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Column(byte* from, int blocks, int channels, short* high, short* low, byte* to)
    {
        var pairs = channels == 3 ? _rgbPairs : _rgbaPairs;
        Vector256<int> highSum = Vector256<int>.Zero, lowSum = Vector256<int>.Zero;
        for (int b = 0; b < blocks; b++, from += 4 * channels, high += 4, low += 4)
        {
            var pixels = Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(from), pairs).AsInt16();
            highSum += Avx2.MultiplyAddAdjacent(pixels, Vector256.Create(*(long*)high).AsInt16());
            lowSum += Avx2.MultiplyAddAdjacent(pixels, Vector256.Create(*(long*)low).AsInt16());
        }
        var sum = Vector256.ShiftLeft(highSum, TapTable.LowBits) + lowSum;
        sum = Avx2.HorizontalAdd(sum, sum);                                                  // c0 c1 c0 c1 | c2 c3 c2 c3
        var channelSums = Sse2.UnpackLow(sum.GetLower().AsInt64(), sum.GetUpper().AsInt64()).AsInt32(); // c0 c1 c2 c3
        var rounded = Vector128.ShiftRightArithmetic(
            channelSums + Vector128.Create(1 << (TapTable.PrecisionBits - 1)), TapTable.PrecisionBits);
        var words = Sse2.PackSignedSaturate(rounded, rounded);
        *(uint*)to = Sse2.PackUnsignedSaturate(words, words).AsUInt32().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> SixteenColumns(byte* from, long stride, int count, short* high, short* low)
    {
        Vector256<int> high0 = Vector256<int>.Zero, high1 = high0, low0 = high0, low1 = high0;
        for (int t = 0; t < count; t += 2, from += 2 * stride)
        {
            var row0 = Sse2.LoadVector128(from);
            var row1 = Sse2.LoadVector128(t + 1 < count ? from + stride : from);             // the weight after the last is zero
            var left = Avx2.ConvertToVector256Int16(Sse2.UnpackLow(row0, row1));              // columns 0-7, rows in pairs
            var right = Avx2.ConvertToVector256Int16(Sse2.UnpackHigh(row0, row1));            // columns 8-15
            var highPair = Vector256.Create(*(int*)(high + t)).AsInt16();
            var lowPair = Vector256.Create(*(int*)(low + t)).AsInt16();
            high0 += Avx2.MultiplyAddAdjacent(left, highPair);
            low0 += Avx2.MultiplyAddAdjacent(left, lowPair);
            high1 += Avx2.MultiplyAddAdjacent(right, highPair);
            low1 += Avx2.MultiplyAddAdjacent(right, lowPair);
        }
        var words = Avx2.PackSignedSaturate(Round(high0, low0), Round(high1, low1)).AsInt64(); // 0-3 8-11 | 4-7 12-15
        var ordered = Avx2.Permute4x64(words, 0b11_01_10_00).AsInt16();
        return Sse2.PackUnsignedSaturate(ordered.GetLower(), ordered.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Round(Vector256<int> high, Vector256<int> low) =>
        Vector256.ShiftRightArithmetic(
            Vector256.ShiftLeft(high, TapTable.LowBits) + low + Vector256.Create(1 << (TapTable.PrecisionBits - 1)),
            TapTable.PrecisionBits);
}

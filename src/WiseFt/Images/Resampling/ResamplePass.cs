using System.Runtime.Intrinsics.X86;

namespace WiseFt.Images;

/// <summary>One pass of a separable resize on interleaved bytes. <see cref="ResamplePassAvx2"/> gives the same bytes faster.</summary>
internal static class ResamplePass
{
    private const int Half = 1 << (TapTable.PrecisionBits - 1);

    /// <summary>Resizes each row. Taps count pixels.</summary>
    /// <param name="source">uint8 rows of any number of pixels.</param>
    /// <param name="taps">One entry a target column.</param>
    /// <param name="target">uint8 (source.Height, columns, channels).</param>
    /// <param name="vectorised">Whether vector instructions may be used: only tests say no.</param>
    public static void Horizontal(PixelView source, TapTable taps, Span<byte> target, bool vectorised = true)
    {
        if (vectorised && Avx2.IsSupported) ResamplePassAvx2.Horizontal(source, taps, target);
        else
            for (int y = 0; y < source.Height; y++)
                HorizontalColumns(source.Row(y), source.Channels, taps, 0, target[(y * taps.Outputs * source.Channels)..]);
    }

    /// <summary>Resizes each column. Taps count rows of the source.</summary>
    /// <param name="source">uint8 rows.</param>
    /// <param name="taps">One entry a target row.</param>
    /// <param name="target">uint8 (rows, source.Width, channels).</param>
    /// <param name="vectorised">Whether vector instructions may be used: only tests say no.</param>
    public static void Vertical(PixelView source, TapTable taps, Span<byte> target, bool vectorised = true)
    {
        int rowBytes = source.Width * source.Channels;
        for (int i = 0; i < taps.Outputs; i++)
        {
            var row = target.Slice(i * rowBytes, rowBytes);
            int done = vectorised && Avx2.IsSupported ? ResamplePassAvx2.VerticalRow(source, taps, i, row) : 0;
            if (done < rowBytes) VerticalBytes(source, taps, i, done, row);
        }
    }

    /// <summary>The target columns of one row, from a column on.</summary>
    public static void HorizontalColumns(ReadOnlySpan<byte> row, int channels, TapTable taps, int from, Span<byte> target)
    {
        for (int i = from; i < taps.Outputs; i++)
        {
            var weights = taps.Weights.AsSpan(i * taps.Stride, taps.Count[i]);
            for (int c = 0; c < channels; c++)
            {
                int sum = Half, at = taps.First[i] * channels + c;
                foreach (int weight in weights)
                {
                    sum += row[at] * weight;
                    at += channels;
                }
                target[i * channels + c] = Clip(sum);
            }
        }
    }

    private static void VerticalBytes(PixelView source, TapTable taps, int output, int from, Span<byte> target)
    {
        var weights = taps.Weights.AsSpan(output * taps.Stride, taps.Count[output]);
        Span<int> sums = stackalloc int[256];
        for (int x = from; x < target.Length; x += sums.Length)
        {
            int n = Math.Min(sums.Length, target.Length - x);
            sums.Fill(Half);
            for (int t = 0; t < weights.Length; t++)
            {
                var row = source.Row(taps.First[output] + t).Slice(x, n);
                for (int i = 0; i < row.Length; i++) sums[i] += row[i] * weights[t];
            }
            for (int i = 0; i < n; i++) target[x + i] = Clip(sums[i]);
        }
    }

    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> TapTable.PrecisionBits, 0, 255);
}

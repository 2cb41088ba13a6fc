using System.Buffers;

namespace WiseFt.Images;

/// <summary>The taps of a one-dimensional resize: for each target pixel of a window,
/// where its source pixels begin and their weights.</summary>
/// <remarks>
/// Its arrays are rented, and longer than they need be. Weights are integers in units of 2^-22, as in Pillow, so that equal inputs give
/// equal bytes everywhere. Source: python-pillow/Pillow@4e5f09f src/libImaging/Resample.c (precompute_coeffs, normalize_coeffs_8bpc).
/// </remarks>
internal sealed class TapTable : IDisposable
{
    /// <summary>Fractional bits of a weight.</summary>
    public const int PrecisionBits = 32 - 8 - 2;

    /// <summary>Bits of a weight that <see cref="Low"/> holds. High and low parts both fit 16 bits, for 16-bit multiply-add.</summary>
    public const int LowBits = 10;

    private const int UsualStride = 256;

    private TapTable(int outputs, int stride)
    {
        (Outputs, Stride) = (outputs, stride);
        First = ArrayPool<int>.Shared.Rent(outputs);
        Count = ArrayPool<int>.Shared.Rent(outputs);
        Weights = Zeros<int>(outputs * stride);
        High = Zeros<short>(outputs * stride);
        Low = Zeros<short>(outputs * stride);
    }

    /// <summary>How many target pixels there are.</summary>
    public int Outputs { get; }

    /// <summary>The first source pixel of each target pixel.</summary>
    public int[] First { get; }

    /// <summary>The number of source pixels of each target pixel.</summary>
    public int[] Count { get; }

    /// <summary>Weights of target pixel i: from i * <see cref="Stride"/>; zero after its count.</summary>
    public int[] Weights { get; }

    /// <summary>Weights shifted right by <see cref="LowBits"/>.</summary>
    public short[] High { get; }

    /// <summary>The bits that <see cref="High"/> lost, at least 0.</summary>
    public short[] Low { get; }

    /// <summary>Weights a target pixel: a multiple of four.</summary>
    public int Stride { get; }

    /// <summary>The taps of target pixels start .. start + outputs - 1 of a resize from sourceSize to targetSize.</summary>
    public static TapTable Create(int sourceSize, int targetSize, int start, int outputs, ResizeFilter interpolation)
    {
        double scale = (double)(float)sourceSize / targetSize; // Pillow's box is of floats
        double filterScale = Math.Max(scale, 1.0);
        double support = Support(interpolation) * filterScale;
        var table = new TapTable(outputs, ((int)Math.Ceiling(support) * 2 + 1 + 3) / 4 * 4);
        Span<double> weights = table.Stride <= UsualStride ? stackalloc double[UsualStride] : new double[table.Stride];
        for (int i = 0; i < outputs; i++)
        {
            double center = (start + i + 0.5) * scale;
            int first = Math.Max((int)(center - support + 0.5), 0);
            int count = Math.Min((int)(center + support + 0.5), sourceSize) - first;
            double sum = 0;
            for (int x = 0; x < count; x++)
                sum += weights[x] = Kernel(interpolation, (x + first - center + 0.5) * (1.0 / filterScale));
            for (int x = 0; x < count; x++) table.Set(i, x, sum != 0 ? weights[x] / sum : weights[x]);
            table.First[i] = first;
            table.Count[i] = count;
        }
        return table;
    }

    /// <summary>Gives the arrays back. Once.</summary>
    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(First);
        ArrayPool<int>.Shared.Return(Count);
        ArrayPool<int>.Shared.Return(Weights);
        ArrayPool<short>.Shared.Return(High);
        ArrayPool<short>.Shared.Return(Low);
    }

    private static T[] Zeros<T>(int length)
    {
        T[] rented = ArrayPool<T>.Shared.Rent(length);
        rented.AsSpan(0, length).Clear();
        return rented;
    }

    private void Set(int output, int tap, double weight)
    {
        int at = output * Stride + tap;
        int quantised = (int)(weight * (1 << PrecisionBits) + (weight < 0 ? -0.5 : 0.5));
        Weights[at] = quantised;
        High[at] = (short)(quantised >> LowBits);
        Low[at] = (short)(quantised & ((1 << LowBits) - 1));
    }

    private static double Support(ResizeFilter interpolation) => interpolation switch
    {
        ResizeFilter.Bicubic => 2.0,
        ResizeFilter.Bilinear or ResizeFilter.Hamming => 1.0,
        ResizeFilter.Box => 0.5,
        ResizeFilter.Lanczos => 3.0,
        _ => throw new ArgumentOutOfRangeException(nameof(interpolation), $"{interpolation} has no weights."),
    };

    private static double Kernel(ResizeFilter interpolation, double x) => interpolation switch
    {
        ResizeFilter.Bicubic => Bicubic(Math.Abs(x)),
        ResizeFilter.Bilinear => Math.Max(0, 1 - Math.Abs(x)),
        ResizeFilter.Box => x > -0.5 && x <= 0.5 ? 1 : 0,
        ResizeFilter.Hamming => Math.Abs(x) >= 1 ? 0 : x == 0 ? 1 : Sinc(x) * (0.54f + 0.46f * Math.Cos(Math.Abs(x) * Math.PI)),
        _ => x is >= -3 and < 3 ? Sinc(x) * Sinc(x / 3) : 0,
    };

    private static double Bicubic(double x)
    {
        const double A = -0.5;
        if (x < 1) return ((A + 2.0) * x - (A + 3.0)) * x * x + 1;
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(x * Math.PI) / (x * Math.PI);
}

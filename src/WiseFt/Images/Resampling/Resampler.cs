using System.Buffers;

namespace WiseFt.Images;

/// <summary>Pillow's <c>Image.resize</c>, to the bit, of any window of the result.</summary>
/// <remarks>
/// Only the rows and columns that the window needs are computed, so a strip of 1 x 5000 that grows to 224 x 1,120,000 before its middle is
/// cut out takes no more than the middle. Source: python-pillow/Pillow@4e5f09f src/libImaging/Resample.c, Geometry.c
/// (ImagingScaleAffine) and src/PIL/Image.py (resize).
/// </remarks>
internal static class Resampler
{
    /// <summary>Resizes and cuts out a window.</summary>
    /// <param name="source">Interleaved bytes; each channel by itself.</param>
    /// <param name="width">Of the whole result.</param>
    /// <param name="height">Of the whole result.</param>
    /// <param name="window">The part of the result to compute, inside it.</param>
    /// <param name="interpolation">Any.</param>
    /// <param name="target">uint8 (window.Height, window.Width, channels).</param>
    /// <param name="vectorised">Whether vector instructions may be used: only tests say no.</param>
    public static void Resize(
        PixelView source, int width, int height, CropBox window, ResizeFilter interpolation, Span<byte> target, bool vectorised = true)
    {
        if (source.Width == width && source.Height == height) Copy(source.Window(window), target);
        else if (interpolation == ResizeFilter.Nearest) Nearest(source, width, height, window, target);
        else if (source.Height > source.Width * 100L && height < source.Height)
            VerticalFirst(source, width, height, window, interpolation, target, vectorised);
        else HorizontalFirst(source, width, height, window, interpolation, target, vectorised);
    }

    private static void HorizontalFirst(
        PixelView source, int width, int height, CropBox window, ResizeFilter interpolation, Span<byte> target, bool vectorised)
    {
        if (source.Width == width)
        {
            Vertical(
                source.Window(new CropBox(window.Left, 0, window.Width, source.Height)), height, window, interpolation, target, vectorised);
            return;
        }
        using var columns = TapTable.Create(source.Width, width, window.Left, window.Width, interpolation);
        if (source.Height == height)
        {
            ResamplePass.Horizontal(source.Window(new CropBox(0, window.Top, source.Width, window.Height)), columns, target, vectorised);
            return;
        }
        using var rows = TapTable.Create(source.Height, height, window.Top, window.Height, interpolation);
        int firstRow = rows.First[0], usedRows = rows.First[rows.Outputs - 1] + rows.Count[rows.Outputs - 1] - firstRow;
        int stride = window.Width * source.Channels;
        var between = ArrayPool<byte>.Shared.Rent(checked(usedRows * stride));
        try
        {
            ResamplePass.Horizontal(source.Window(new CropBox(0, firstRow, source.Width, usedRows)), columns, between, vectorised);
            for (int i = 0; i < rows.Outputs; i++) rows.First[i] -= firstRow;
            ResamplePass.Vertical(new PixelView(between, stride, window.Width, usedRows, source.Layout), rows, target, vectorised);
        }
        finally { ArrayPool<byte>.Shared.Return(between); }
    }

    // Pillow swaps the passes of images more than a hundred times as high as wide.
    private static void VerticalFirst(
        PixelView source, int width, int height, CropBox window, ResizeFilter interpolation, Span<byte> target, bool vectorised)
    {
        int stride = source.Width * source.Channels;
        var between = ArrayPool<byte>.Shared.Rent(checked(window.Height * stride));
        try
        {
            Vertical(source, height, window, interpolation, between, vectorised);
            var view = new PixelView(between, stride, source.Width, window.Height, source.Layout);
            if (source.Width == width) Copy(view.Window(new CropBox(window.Left, 0, window.Width, window.Height)), target);
            else
            {
                using var columns = TapTable.Create(source.Width, width, window.Left, window.Width, interpolation);
                ResamplePass.Horizontal(view, columns, target, vectorised);
            }
        }
        finally { ArrayPool<byte>.Shared.Return(between); }
    }

    private static void Vertical(
        PixelView source, int height, CropBox window, ResizeFilter interpolation, Span<byte> target, bool vectorised)
    {
        if (source.Height == height)
        {
            Copy(source.Window(new CropBox(0, window.Top, source.Width, window.Height)), target);
            return;
        }
        using var rows = TapTable.Create(source.Height, height, window.Top, window.Height, interpolation);
        ResamplePass.Vertical(source, rows, target, vectorised);
    }

    private static void Nearest(PixelView source, int width, int height, CropBox window, Span<byte> target)
    {
        int[] columns = NearestPositions(source.Width, width, window.Left, window.Width);
        int[] rows = NearestPositions(source.Height, height, window.Top, window.Height);
        int channels = source.Channels, at = 0;
        foreach (int y in rows)
        {
            var row = source.Row(y);
            foreach (int x in columns)
                for (int c = 0; c < channels; c++) target[at++] = row[x * channels + c];
        }
    }

    // Positions are summed step by step, as Pillow does: a product would round differently.
    private static int[] NearestPositions(int sourceSize, int targetSize, int start, int count)
    {
        double step = (double)(float)sourceSize / targetSize, position = step * 0.5;
        var positions = new int[count];
        for (int i = 0; i < start; i++) position += step;
        for (int i = 0; i < count; i++, position += step) positions[i] = Math.Min((int)position, sourceSize - 1);
        return positions;
    }

    private static void Copy(PixelView source, Span<byte> target)
    {
        int rowBytes = source.Width * source.Channels;
        for (int y = 0; y < source.Height; y++) source.Row(y).CopyTo(target[(y * rowBytes)..]);
    }
}

/// <summary>How pixels are computed on resizing: Pillow's filters.
/// All but nearest neighbour widen with the reduction (antialiasing).</summary>
public enum ResizeFilter
{
    /// <summary>Cubic convolution with a = -0.5. CLIP's choice.</summary>
    Bicubic,

    /// <summary>Linear, a triangle.</summary>
    Bilinear,

    /// <summary>The nearest source pixel.</summary>
    Nearest,

    /// <summary>The mean of the source pixels under the target pixel.</summary>
    Box,

    /// <summary>A raised cosine window of one lobe.</summary>
    Hamming,

    /// <summary>A sinc of three lobes.</summary>
    Lanczos,
}

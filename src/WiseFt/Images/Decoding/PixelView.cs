namespace WiseFt.Images;

/// <summary>A rectangle of interleaved bytes that someone else owns.</summary>
internal readonly ref struct PixelView(ReadOnlySpan<byte> data, int stride, int width, int height, PixelLayout layout)
{
    /// <summary>The bytes, from the first pixel of the first row.</summary>
    public ReadOnlySpan<byte> Data { get; } = data;

    /// <summary>Bytes from one row to the next.</summary>
    public int Stride { get; } = stride;

    /// <summary>Pixels a row.</summary>
    public int Width { get; } = width;

    /// <summary>Rows.</summary>
    public int Height { get; } = height;

    /// <summary>What the bytes mean.</summary>
    public PixelLayout Layout { get; } = layout;

    /// <summary>Bytes a pixel.</summary>
    public int Channels => Layout == PixelLayout.Rgb ? 3 : 4;

    /// <summary>The bytes of one row.</summary>
    public ReadOnlySpan<byte> Row(int y) => Data.Slice(checked((int)((long)y * Stride)), Width * Channels);

    /// <summary>A rectangle of this one.</summary>
    public PixelView Window(CropBox window) =>
        new(Data[checked((int)((long)window.Top * Stride + window.Left * Channels))..], Stride, window.Width, window.Height, Layout);
}

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

/// <summary>What the interleaved bytes of an image mean until it is turned into RGB, which Pillow does after resizing.</summary>
internal enum PixelLayout
{
    /// <summary>Three bytes a pixel.</summary>
    Rgb,

    /// <summary>Four bytes a pixel, alpha last and not multiplied in. Resized with the colours weighted by alpha, as Pillow does.</summary>
    Rgba,

    /// <summary>Four bytes a pixel, 0 = no ink. Resized as four inks.</summary>
    Cmyk,
}

/// <summary>A rectangle of an image, in pixels.</summary>
/// <param name="Left">The first column, from 0.</param>
/// <param name="Top">The first row, from 0.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
public readonly record struct CropBox(int Left, int Top, int Width, int Height);

namespace WiseFt;

/// <summary>A decoded image: 8-bit RGB pixels, and what resizing must know about the file they came from.</summary>
/// <remarks>
/// Pillow, and with it OpenAI's CLIP code, resizes an image in the mode of its file and turns it into RGB afterwards: palette and
/// bilevel images by nearest neighbour, colours with an alpha channel weighted by it, CMYK as four inks. So this type remembers the mode;
/// <see cref="Pixels"/> are the RGB values at the file's own size, alpha dropped (not blended).
/// </remarks>
public sealed class RgbImage
{
    private readonly byte[] _data; // (Height, Width, Channels)
    private byte[]? _pixels;

    /// <summary>An image from RGB pixels.</summary>
    /// <param name="width">Pixels a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels">uint8 (height, width, 3), RGB interleaved. Not copied: leave it unchanged from now on.</param>
    /// <param name="nearestResize">Whether OpenAI's preprocessing resizes it by nearest neighbour (a palette or bilevel source).</param>
    /// <exception cref="ArgumentException">The number of pixels is not width * height * 3.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public RgbImage(int width, int height, byte[] pixels, bool nearestResize = false)
        : this(width, height, pixels, PixelLayout.Rgb, nearestResize)
    {
    }

    internal RgbImage(int width, int height, byte[] data, PixelLayout layout, bool nearestResize)
    {
        ArgumentNullException.ThrowIfNull(data);
        Width = Check.AtLeast(width, 1);
        Height = Check.AtLeast(height, 1);
        Layout = layout;
        if (data.LongLength != (long)width * height * Channels)
            throw new ArgumentException(
                $"Found {data.LongLength} bytes of pixels for {width} x {height}; expected {width} * {height} * {Channels} = {(long)width * height * Channels}.",
                nameof(data));
        _data = data;
        NearestResize = nearestResize;
    }

    /// <summary>Pixels a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Whether the source has a palette or one bit a pixel, which OpenAI's preprocessing resizes by nearest neighbour.</summary>
    public bool NearestResize { get; }

    /// <summary>uint8 (Height, Width, 3), RGB interleaved, top row first. Not a copy: leave it unchanged.</summary>
    public byte[] Pixels => Layout == PixelLayout.Rgb ? _data : _pixels ??= ToRgb();

    internal PixelLayout Layout { get; }

    internal int Channels => Layout == PixelLayout.Rgb ? 3 : 4;

    /// <summary>The pixels in the file's own mode, a window of them.</summary>
    internal PixelView View(CropBox window) => new PixelView(_data, Width * Channels, Width, Height, Layout).Window(window);

    /// <summary>The pixels that are at least so far from every side, in the file's own mode.</summary>
    /// <exception cref="ImageException">None is.</exception>
    internal RgbImage WithoutBorder(int pixels, string name)
    {
        int width = Width - 2 * pixels, height = Height - 2 * pixels;
        if (width < 1 || height < 1) throw new ImageException($"{name}: the image has {Width} x {Height} pixels; expected more than {2 * pixels} each way, since a border of {pixels} is cut off.");
        var inner = new byte[width * height * Channels];
        for (int y = 0; y < height; y++)
            _data.AsSpan(((y + pixels) * Width + pixels) * Channels, width * Channels).CopyTo(inner.AsSpan(y * width * Channels));
        return new RgbImage(width, height, inner, Layout, NearestResize);
    }

    private byte[] ToRgb()
    {
        var rgb = new byte[checked(Width * Height * 3)];
        PixelConversion.ToRgb(View(new CropBox(0, 0, Width, Height)), rgb);
        return rgb;
    }
}

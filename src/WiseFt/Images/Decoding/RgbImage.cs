using System.Buffers;

namespace WiseFt.Images;

/// <summary>A decoded image: 8-bit RGB pixels, and what resizing must know about the file they came from.</summary>
/// <remarks>
/// Pillow, and with it OpenAI's CLIP code, resizes an image in the mode of its file and turns it into RGB afterwards: palette and
/// bilevel images by nearest neighbour, colours with an alpha channel weighted by it, CMYK as four inks. So this type remembers the mode;
/// <see cref="Pixels"/> are the RGB values at the file's own size, alpha dropped (not blended).
/// </remarks>
public sealed class RgbImage
{
    private readonly byte[] _data; // (Height, Width, Channels); longer where it is rented
    private readonly bool _isRented;
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
                $"Found {data.LongLength} bytes of pixels for {width} x {height}; " +
                $"expected {width} * {height} * {Channels} = {(long)width * height * Channels}.",
                nameof(data));
        _data = data;
        NearestResize = nearestResize;
    }

    private RgbImage(int width, int height, PixelLayout layout, bool nearestResize, bool isRented)
    {
        (Width, Height, Layout, NearestResize, _isRented) = (width, height, layout, nearestResize, isRented);
        int length = checked(width * height * Channels);
        _data = isRented ? ArrayPool<byte>.Shared.Rent(length) : GC.AllocateUninitializedArray<byte>(length);
    }

    /// <summary>Pixels a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Whether the source has a palette or one bit a pixel, which OpenAI's preprocessing resizes by nearest neighbour.</summary>
    public bool NearestResize { get; }

    /// <summary>uint8 (Height, Width, 3), RGB interleaved, top row first. Not a copy: leave it unchanged.</summary>
    public byte[] Pixels => Layout == PixelLayout.Rgb && !_isRented ? _data : _pixels ??= ToRgb();

    internal PixelLayout Layout { get; }

    internal int Channels => Layout == PixelLayout.Rgb ? 3 : 4;

    /// <summary>uint8 (Height, Width, Channels) in the file's own mode: for who makes the image to fill.</summary>
    internal Span<byte> Data => _data.AsSpan(0, Width * Height * Channels);

    /// <summary>An image whose <see cref="Data"/> waits to be filled.</summary>
    /// <param name="width">Pixels a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="layout">What the bytes mean.</param>
    /// <param name="nearestResize">See <see cref="NearestResize"/>.</param>
    /// <param name="isRented">Whether the memory is used again after <see cref="Release"/>, which the maker's caller then calls.</param>
    internal static RgbImage Create(int width, int height, PixelLayout layout, bool nearestResize, bool isRented) =>
        new(Check.AtLeast(width, 1), Check.AtLeast(height, 1), layout, nearestResize, isRented);

    /// <summary>Gives rented memory back: once, and the image is not used any more.
    /// Does nothing for an image with memory of its own.</summary>
    internal void Release()
    {
        if (_isRented) ArrayPool<byte>.Shared.Return(_data);
    }

    /// <summary>The pixels in the file's own mode, a window of them.</summary>
    internal PixelView View(CropBox window) => new PixelView(Data, Width * Channels, Width, Height, Layout).Window(window);

    /// <summary>The pixels that are at least so far from every side, in the file's own mode.</summary>
    /// <exception cref="ImageException">None is.</exception>
    internal RgbImage WithoutBorder(int pixels, string name)
    {
        int width = Width - 2 * pixels, height = Height - 2 * pixels;
        if (width < 1 || height < 1)
            throw new ImageException(
                $"{name}: the image has {Width} x {Height} pixels; " +
                $"expected more than {2 * pixels} each way, since a border of {pixels} is cut off.");
        var inner = new byte[width * height * Channels];
        for (int y = 0; y < height; y++)
            Data.Slice(((y + pixels) * Width + pixels) * Channels, width * Channels).CopyTo(inner.AsSpan(y * width * Channels));
        return new RgbImage(width, height, inner, Layout, NearestResize);
    }

    private byte[] ToRgb()
    {
        var rgb = new byte[checked(Width * Height * 3)];
        PixelConversion.ToRgb(View(new CropBox(0, 0, Width, Height)), rgb);
        return rgb;
    }
}

using System.Buffers;
using SkiaSharp;

namespace WiseFt.Images;

/// <summary>
/// Decodes a file's bytes to 8-bit pixels as Pillow does: no colour management, no gamma, no blending, all of the image or an error.
/// </summary>
internal static unsafe class ImageDecoder
{
    /// <summary>Decodes an encoded image.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="decoding">Limits and choices.</param>
    /// <param name="isRented">Whether the image may have rented memory, for who calls <see cref="RgbImage.Release"/> then.</param>
    /// <exception cref="ImageException">The bytes are damaged, cut short, too large, or of another format.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> file, string name, ImageDecoding decoding, bool isRented = false)
    {
        var header = ImageHeader.Read(file, name);
        CheckSize(header.Width, header.Height, name, decoding);
        CheckLength(header, file.Length, name);
        if (header.Format == "PNG") PngChunks.RequireChecksums(file, name);
        if (header.Format == "GIF") return GifReader.Decode(file, name, decoding);
        fixed (byte* start = file)
        {
            using var data = SKData.Create((IntPtr)start, file.Length);
            using var codec = SKCodec.Create(data) ?? throw new ImageException(
                $"{name}: the {header.Format} header is damaged or cut short ({file.Length} bytes). " +
                "Fetch the file again, or leave it out.");
            CheckSize(codec.Info.Width, codec.Info.Height, name, decoding);
            RgbImage image = DecodePixels(codec, header, name, isRented && !header.Cmyk);
            if (header.Cmyk) image = CmykJpeg.Decode(file, name); // Skia has said whether the file is whole
            if (!decoding.HonourExifOrientation) return image;
            RgbImage upright = Orientation.Apply(image, codec.EncodedOrigin);
            if (upright != image) image.Release();
            return upright;
        }
    }

    /// <summary>Refuses an image of too many pixels.</summary>
    public static void CheckSize(long width, long height, string name, ImageDecoding decoding)
    {
        decimal pixels = (decimal)width * height;
        if (pixels <= decoding.MaxPixels) return;
        string found = FormattableString.Invariant(
            $"{width} x {height} = {pixels:N0} pixels, more than the limit of {decoding.MaxPixels:N0}");
        throw new ImageException(
            $"{name}: the image has {found}. Make it smaller, or raise {nameof(ImageDecoding)}.{nameof(ImageDecoding.MaxPixels)}.");
    }

    /// <summary>Refuses a file that cannot hold as many pixels as its header promises, before memory is taken for them.</summary>
    private static void CheckLength(ImageHeader header, int length, string name)
    {
        if (header.LeastBytes > length)
            throw new ImageException(
                FormattableString.Invariant(
                    $"{name}: the {header.Format} header promises {header.Width} x {header.Height} pixels, ") +
                FormattableString.Invariant(
                    $"which take at least {header.LeastBytes:N0} bytes, and the file has {length:N0}: it is cut short. ") +
                "Fetch the file again, or leave it out.");
    }

    private static RgbImage DecodePixels(SKCodec codec, ImageHeader header, string name, bool isRented)
    {
        int width = codec.Info.Width, height = codec.Info.Height, bytes = checked(width * height * 4);
        var rented = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            var rgba = rented.AsSpan(0, bytes);
            GetPixels(codec, header, name, rgba);
            if (header.GreenBits != 0) RoundDown(rgba, header.GreenBits);
            bool hasAlpha = header.Alpha && !PixelConversion.IsOpaque(rgba);
            RgbImage image = RgbImage.Create(
                width, height, hasAlpha ? PixelLayout.Rgba : PixelLayout.Rgb, !hasAlpha && header.NearestResize, isRented);
            if (hasAlpha) rgba.CopyTo(image.Data);
            else PixelConversion.DropAlpha(rgba, image.Data);
            return image;
        }
        finally { ArrayPool<byte>.Shared.Return(rented); }
    }

    private static void GetPixels(SKCodec codec, ImageHeader header, string name, Span<byte> rgba)
    {
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul, null);
        fixed (byte* pixels = rgba)
        {
            var result = codec.GetPixels(info, (IntPtr)pixels, info.RowBytes, new SKCodecOptions(0));
            if (result != SKCodecResult.Success) throw Damaged(result, header, info, name);
        }
    }

    // Skia rounds 5 and 6 bits to 8, Pillow rounds down.
    private static void RoundDown(Span<byte> rgba, int greenBits)
    {
        for (int i = 0; i < rgba.Length; i++)
        {
            int largest = i % 4 == 1 && greenBits == 6 ? 63 : 31;
            rgba[i] = (byte)((rgba[i] * largest + 127) / 255 * 255 / largest);
        }
    }

    private static ImageException Damaged(SKCodecResult result, ImageHeader header, SKImageInfo info, string name)
    {
        string what = result == SKCodecResult.IncompleteInput ? "cut short" : $"damaged ({result})";
        return new ImageException(
            $"{name}: the {header.Format} image of {info.Width} x {info.Height} pixels is {what}; not all of its pixels can be read. " +
            "Fetch the file again, or leave it out.");
    }
}

/// <summary>Limits and choices of decoding. Immutable; vary with <c>with</c>.</summary>
public sealed record ImageDecoding
{
    /// <summary>The defaults: Pillow's pixel limit, orientation tags ignored as Pillow ignores them.</summary>
    public static ImageDecoding Default { get; } = new();

    /// <summary>The most pixels (width * height) an image may have, checked in its header before anything is decoded.</summary>
    /// <value>1 to 500,000,000. Default 178,956,970: above it Pillow refuses an image as a decompression bomb.</value>
    public long MaxPixels { get; init => field = Check.InRange(value, 1, 500_000_000); } = 178_956_970;

    /// <summary>The most bytes an image file may have, checked before it is read.</summary>
    /// <value>1 to 2,147,483,591 (the longest array). Default 1 GiB.</value>
    public long MaxFileBytes { get; init => field = Check.InRange(value, 1, 2_147_483_591); } = 1L << 30;

    /// <summary>Whether a photograph is turned upright by its EXIF orientation tag.</summary>
    /// <value>Default false: OpenAI's preprocessing and Pillow leave it as stored, so published accuracies are measured that way.</value>
    public bool HonourExifOrientation { get; init; }
}

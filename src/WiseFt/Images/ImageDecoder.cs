using System.Buffers;
using SkiaSharp;

namespace WiseFt;

/// <summary>
/// Decodes a file's bytes to 8-bit pixels as Pillow does: no colour management, no gamma, no blending, all of the image or an error.
/// </summary>
internal static unsafe class ImageDecoder
{
    /// <summary>Decodes an encoded image.</summary>
    /// <exception cref="ImageException">The bytes are damaged, cut short, too large, or of another format.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> file, string name, ImageDecoding decoding)
    {
        var header = ImageHeader.Read(file, name);
        CheckSize(header.Width, header.Height, name, decoding);
        if (header.Format == "GIF") return GifReader.Decode(file, name, decoding);
        fixed (byte* start = file)
        {
            using var data = SKData.Create((IntPtr)start, file.Length);
            using var codec = SKCodec.Create(data) ?? throw new ImageException(
                $"{name}: the {header.Format} header is damaged or cut short ({file.Length} bytes). Fetch the file again, or leave it out.");
            CheckSize(codec.Info.Width, codec.Info.Height, name, decoding);
            var image = DecodePixels(codec, header, name);
            if (header.Cmyk) image = CmykJpeg.Decode(file, name);
            return decoding.HonourExifOrientation ? Orientation.Apply(image, codec.EncodedOrigin) : image;
        }
    }

    /// <summary>Refuses an image of too many pixels.</summary>
    public static void CheckSize(long width, long height, string name, ImageDecoding decoding)
    {
        decimal pixels = (decimal)width * height;
        if (pixels <= decoding.MaxPixels) return;
        string found = FormattableString.Invariant($"{width} x {height} = {pixels:N0} pixels, more than the limit of {decoding.MaxPixels:N0}");
        throw new ImageException(
            $"{name}: the image has {found}. Make it smaller, or raise {nameof(ImageDecoding)}.{nameof(ImageDecoding.MaxPixels)}.");
    }

    private static RgbImage DecodePixels(SKCodec codec, ImageHeader header, string name)
    {
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul, null);
        int bytes = checked(info.Width * info.Height * 4);
        var rented = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            fixed (byte* pixels = rented)
            {
                var result = codec.GetPixels(info, (IntPtr)pixels, info.RowBytes, new SKCodecOptions(0));
                if (result != SKCodecResult.Success) throw Damaged(result, header, info, name);
            }
            var rgba = rented.AsSpan(0, bytes);
            if (header.GreenBits != 0) RoundDown(rgba, header.GreenBits);
            if (header.Alpha && !PixelConversion.IsOpaque(rgba))
                return new RgbImage(info.Width, info.Height, rgba.ToArray(), PixelLayout.Rgba, false);
            var rgb = GC.AllocateUninitializedArray<byte>(bytes / 4 * 3);
            PixelConversion.DropAlpha(rgba, rgb);
            return new RgbImage(info.Width, info.Height, rgb, header.NearestResize);
        }
        finally { ArrayPool<byte>.Shared.Return(rented); }
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

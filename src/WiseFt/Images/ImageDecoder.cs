using System.Buffers;
using SkiaSharp;

namespace WiseFt;

/// <summary>Decodes a file's bytes to 8-bit pixels as Pillow does: no colour management, no gamma, no blending, all of the image or an error.</summary>
internal static unsafe class ImageDecoder
{
    /// <summary>Decodes an encoded image.</summary>
    /// <exception cref="ImageException">The bytes are damaged, cut short, too large, or of another format.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> file, string name, ImageDecoding decoding)
    {
        var header = ImageHeader.Read(file, name);
        CheckSize(header.Width, header.Height, name, decoding);
        fixed (byte* start = file)
        {
            using var data = SKData.Create((IntPtr)start, file.Length);
            using var codec = SKCodec.Create(data) ??
                throw new ImageException($"{name}: the {header.Format} header is damaged or cut short ({file.Length} bytes). Fetch the file again, or leave it out.");
            var info = codec.Info;
            CheckSize(info.Width, info.Height, name, decoding);
            var image = DecodePixels(codec, header, name);
            return decoding.HonourExifOrientation ? Orientation.Apply(image, codec.EncodedOrigin) : image;
        }
    }

    /// <summary>Refuses an image of too many pixels.</summary>
    public static void CheckSize(long width, long height, string name, ImageDecoding decoding)
    {
        if ((decimal)width * height > decoding.MaxPixels)
            throw new ImageException(
                FormattableString.Invariant($"{name}: the image has {width} x {height} = {(decimal)width * height:N0} pixels, more than the limit of {decoding.MaxPixels:N0}. ") +
                $"Make it smaller, or raise {nameof(ImageDecoding)}.{nameof(ImageDecoding.MaxPixels)}.");
    }

    private static RgbImage DecodePixels(SKCodec codec, ImageHeader header, string name)
    {
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul, null);
        var rgba = ArrayPool<byte>.Shared.Rent(checked(info.Width * info.Height * 4));
        try
        {
            fixed (byte* pixels = rgba)
            {
                var result = codec.GetPixels(info, (IntPtr)pixels, info.RowBytes, new SKCodecOptions(0));
                if (result != SKCodecResult.Success) throw Damaged(result, header, info, name);
            }
            var view = new PixelView(rgba, info.RowBytes, info.Width, info.Height, PixelLayout.Rgba);
            if (header.Alpha) return new RgbImage(info.Width, info.Height, view.Data[..(info.RowBytes * info.Height)].ToArray(), PixelLayout.Rgba, false);
            var rgb = GC.AllocateUninitializedArray<byte>(checked(info.Width * info.Height * 3));
            PixelConversion.ToRgb(view, rgb);
            return new RgbImage(info.Width, info.Height, rgb, header.NearestResize);
        }
        finally { ArrayPool<byte>.Shared.Return(rgba); }
    }

    private static ImageException Damaged(SKCodecResult result, ImageHeader header, SKImageInfo info, string name) =>
        new($"{name}: the {header.Format} image of {info.Width} x {info.Height} pixels is " +
            (result == SKCodecResult.IncompleteInput ? "cut short" : $"damaged ({result})") +
            "; not all of its pixels can be read. Fetch the file again, or leave it out.");
}

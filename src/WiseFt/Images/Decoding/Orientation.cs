using SkiaSharp;

namespace WiseFt.Images;

/// <summary>Turns an image upright as its EXIF orientation asks.</summary>
internal static class Orientation
{
    /// <summary>The image, or a turned or mirrored copy.</summary>
    public static RgbImage Apply(RgbImage image, SKEncodedOrigin origin)
    {
        if (origin == SKEncodedOrigin.TopLeft) return image;
        bool transposed = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom
            or SKEncodedOrigin.LeftBottom;
        int width = transposed ? image.Height : image.Width, height = transposed ? image.Width : image.Height, channels = image.Channels;
        var source = image.View(new CropBox(0, 0, image.Width, image.Height)).Data;
        var turned = GC.AllocateUninitializedArray<byte>(width * height * channels);
        for (int y = 0, at = 0; y < height; y++)
            for (int x = 0; x < width; x++, at += channels)
            {
                var (sourceX, sourceY) = Source(origin, x, y, image.Width - 1, image.Height - 1);
                source.Slice((sourceY * image.Width + sourceX) * channels, channels).CopyTo(turned.AsSpan(at));
            }
        return new RgbImage(width, height, turned, image.Layout, image.NearestResize);
    }

    // The name says where the stored image's first row and first column lie when it is upright.
    private static (int X, int Y) Source(SKEncodedOrigin origin, int x, int y, int right, int bottom) => origin switch
    {
        SKEncodedOrigin.TopRight => (right - x, y),
        SKEncodedOrigin.BottomRight => (right - x, bottom - y),
        SKEncodedOrigin.BottomLeft => (x, bottom - y),
        SKEncodedOrigin.LeftTop => (y, x),
        SKEncodedOrigin.RightTop => (y, bottom - x),
        SKEncodedOrigin.RightBottom => (right - y, bottom - x),
        _ => (right - y, x),
    };
}

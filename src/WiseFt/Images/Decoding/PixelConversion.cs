using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace WiseFt.Images;

/// <summary>Turns alpha and ink pixels into RGB, in Pillow's arithmetic.</summary>
/// <remarks>Source: python-pillow/Pillow@4e5f09f src/libImaging/Convert.c (rgbA2rgba, rgba2rgbA, cmyk2rgb).</remarks>
internal static class PixelConversion
{
    private static readonly Vector128<byte> _firstThreeOfFour = Vector128.Create(
        (byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 3, 7, 11, 15);

    /// <summary>RGB pixels, densely packed. Alpha is dropped, not blended.</summary>
    public static void ToRgb(PixelView source, Span<byte> rgb)
    {
        for (int y = 0; y < source.Height; y++)
        {
            var row = source.Row(y);
            var target = rgb.Slice(y * source.Width * 3, source.Width * 3);
            if (source.Layout == PixelLayout.Rgb) row.CopyTo(target);
            else if (source.Layout == PixelLayout.Rgba) DropAlpha(row, target);
            else InksToRgb(row, target);
        }
    }

    /// <summary>Colours multiplied by alpha: what Pillow resizes.</summary>
    public static void Premultiply(PixelView source, Span<byte> target)
    {
        int at = 0;
        for (int y = 0; y < source.Height; y++)
        {
            var row = source.Row(y);
            for (int i = 0; i < row.Length; i += 4, at += 4)
            {
                int alpha = row[i + 3];
                target[at] = MultiplyBy255th(row[i], alpha);
                target[at + 1] = MultiplyBy255th(row[i + 1], alpha);
                target[at + 2] = MultiplyBy255th(row[i + 2], alpha);
                target[at + 3] = (byte)alpha;
            }
        }
    }

    /// <summary>Colours divided by alpha again, alpha dropped.</summary>
    public static void UnpremultiplyToRgb(ReadOnlySpan<byte> premultiplied, Span<byte> rgb)
    {
        for (int i = 0, at = 0; i < premultiplied.Length; i += 4, at += 3)
        {
            int alpha = premultiplied[i + 3];
            for (int c = 0; c < 3; c++)
                rgb[at + c] = alpha is 0 or 255 ? premultiplied[i + c] : (byte)Math.Min(255, 255 * premultiplied[i + c] / alpha);
        }
    }

    /// <summary>RGB from RGBA, not blended.</summary>
    public static void DropAlpha(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        int i = 0, at = 0;
        if (Vector128.IsHardwareAccelerated && BitConverter.IsLittleEndian)
            // stores sixteen bytes, of which the next overwrite four
            for (; i + 16 <= rgba.Length && at + 16 <= rgb.Length; i += 16, at += 12)
                Vector128.Shuffle(Vector128.Create(rgba.Slice(i, 16)), _firstThreeOfFour).CopyTo(rgb.Slice(at, 16));
        for (; i < rgba.Length; i += 4, at += 3) rgba.Slice(i, 3).CopyTo(rgb[at..]);
    }

    /// <summary>Whether every alpha is 255. Then weighting by it changes nothing.</summary>
    public static bool IsOpaque(ReadOnlySpan<byte> rgba)
    {
        foreach (uint pixel in MemoryMarshal.Cast<byte, uint>(rgba))
            if (pixel < 0xFF000000) return false;
        return true;
    }

    private static void InksToRgb(ReadOnlySpan<byte> cmyk, Span<byte> rgb)
    {
        for (int i = 0, at = 0; i < cmyk.Length; i += 4, at += 3)
        {
            int light = 255 - cmyk[i + 3];
            for (int c = 0; c < 3; c++) rgb[at + c] = (byte)(light - MultiplyBy255th(cmyk[i + c], light));
        }
    }

    /// <summary>a * b / 255, rounded.</summary>
    private static byte MultiplyBy255th(int a, int b)
    {
        int product = a * b + 128;
        return (byte)(((product >> 8) + product) >> 8);
    }
}

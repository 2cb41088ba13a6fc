namespace WiseFt;

/// <summary>Turns alpha and ink pixels into RGB, in Pillow's arithmetic.</summary>
/// <remarks>Source: python-pillow/Pillow@4e5f09f src/libImaging/Convert.c (rgbA2rgba, rgba2rgbA, cmyk2rgb).</remarks>
internal static class PixelConversion
{
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

    private static void DropAlpha(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        for (int i = 0, at = 0; i < rgba.Length; i += 4, at += 3)
        {
            rgb[at + 2] = rgba[i + 2];
            rgb[at + 1] = rgba[i + 1];
            rgb[at] = rgba[i];
        }
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

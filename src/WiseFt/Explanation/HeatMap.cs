using SkiaSharp;

namespace WiseFt.Explanation;

/// <summary>Draws a map over its picture.</summary>
internal static class HeatMap
{
    private const int SmallestSide = 448;
    private const float FullAt = 0.05f, MostOpaque = 0.7f;

    // Luminance (ITU-R BT.601) in each channel.
    private static readonly float[] _grey =
    [
        0.299f, 0.587f, 0.114f, 0, 0,
        0.299f, 0.587f, 0.114f, 0, 0,
        0.299f, 0.587f, 0.114f, 0, 0,
        0, 0, 0, 1, 0,
    ];

    /// <summary>A PNG file.</summary>
    public static byte[] Draw(OcclusionMap map)
    {
        int scale = (SmallestSide - 1) / map.Side + 1, side = map.Side * scale, cell = map.Stride * scale;
        using var surface = SKSurface.Create(new SKImageInfo(side, side));
        using SKBitmap picture = Picture(map), heat = Heat(map);
        using SKColorFilter grey = SKColorFilter.CreateColorMatrix(_grey);
        using var under = new SKPaint { FilterQuality = SKFilterQuality.High, ColorFilter = grey };
        using var over = new SKPaint { FilterQuality = SKFilterQuality.High };
        surface.Canvas.DrawBitmap(picture, new SKRect(0, 0, side, side), under);
        surface.Canvas.DrawBitmap(heat, new SKRect(0, 0, map.Columns * cell, map.Rows * cell), over);
        using SKImage drawn = surface.Snapshot();
        using SKData data = drawn.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private static SKBitmap Picture(OcclusionMap map)
    {
        var bitmap = new SKBitmap(new SKImageInfo(map.Side, map.Side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int i = 0; i < map.Side * map.Side; i++)
            bitmap.SetPixel(
                i % map.Side, i / map.Side, new SKColor(map.Picture[3 * i], map.Picture[3 * i + 1], map.Picture[3 * i + 2]));
        return bitmap;
    }

    private static SKBitmap Heat(OcclusionMap map)
    {
        float full = Math.Max(FullAt, map.Drops.Max(Math.Abs));
        var bitmap = new SKBitmap(new SKImageInfo(map.Columns, map.Rows, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (int i = 0; i < map.Drops.Length; i++)
        {
            SKColor colour = map.Drops[i] > 0 ? new SKColor(220, 30, 20) : new SKColor(30, 80, 220);
            byte opacity = (byte)(255 * MostOpaque * Math.Abs(map.Drops[i]) / full);
            bitmap.SetPixel(i % map.Columns, i / map.Columns, colour.WithAlpha(opacity));
        }
        return bitmap;
    }
}

using SkiaSharp;

namespace WiseFt.Tool.Tests;

/// <summary>The folder <c>photos</c> of the guides: drawn shapes, filled to train and test on, and their outlines as a shift.</summary>
internal static class Photographs
{
    private static readonly string[] _shapes = ["circle", "square", "triangle"];

    /// <summary>Draws ten shapes a class to train on, and four for each test set; and lists all in photos.csv.</summary>
    public static void DrawInto(TemporaryFolder folder)
    {
        foreach (string shape in _shapes)
        {
            for (int n = 1; n <= 10; n++) Draw(folder.At("photos", "train", shape, $"{n}.png"), shape, n, SKPaintStyle.Fill);
            for (int n = 101; n <= 104; n++) Draw(folder.At("photos", "test", shape, $"{n}.png"), shape, n, SKPaintStyle.Fill);
            for (int n = 201; n <= 204; n++) Draw(folder.At("photos", "outlines", shape, $"{n}.png"), shape, n, SKPaintStyle.Stroke);
        }
        folder.Write("photos.csv", string.Join('\n', ["file,category,part", .. Directory
            .GetFiles(folder.At("photos"), "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => Path.GetRelativePath(folder.Path, file).Replace('\\', '/'))
            .Select(file => $"{file},{file.Split('/')[2]},{file.Split('/')[1]}")]));
    }

    /// <summary>A shape of some size, place and colour.</summary>
    private static void Draw(string path, string shape, int seed, SKPaintStyle style)
    {
        const int side = 72;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var random = new Random(seed * 31 + shape.Length);
        float size = random.Next(24, 36), x = random.Next(4, 30), y = random.Next(4, 30);
        using var surface = SKSurface.Create(new SKImageInfo(side, side));
        surface.Canvas.Clear(SKColors.White);
        using var paint = new SKPaint
        {
            Color = new SKColor((byte)random.Next(180), (byte)random.Next(180), (byte)random.Next(180)), Style = style, StrokeWidth = 3,
            IsAntialias = true,
        };
        if (shape == "circle") surface.Canvas.DrawOval(new SKRect(x, y, x + size, y + size), paint);
        else if (shape == "square") surface.Canvas.DrawRect(new SKRect(x, y, x + size, y + size), paint);
        else
        {
            using var triangle = new SKPath();
            triangle.AddPoly([new(x, y + size), new(x + size, y + size), new(x + size / 2, y)], close: true);
            surface.Canvas.DrawPath(triangle, paint);
        }
        using SKImage image = surface.Snapshot();
        using SKData data = image.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(path, data.ToArray());
    }
}

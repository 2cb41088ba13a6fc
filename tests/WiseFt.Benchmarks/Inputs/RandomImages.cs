using System.Globalization;
using SkiaSharp;

namespace WiseFt.Benchmarks;

/// <summary>JPEG files of the size of most of ImageNet's, with shapes in random places and colours.</summary>
internal static class RandomImages
{
    private const int Width = 500, Height = 375, Shapes = 60, Quality = 92;

    /// <summary>Writes images into sub-folders, one a class.</summary>
    /// <returns>The files in ordinal order.</returns>
    public static string[] Write(string folder, int count, IReadOnlyList<string> classNames)
    {
        var random = new Random(1);
        var paths = new string[count];
        for (int i = 0; i < count; i++)
        {
            string subFolder = Path.Combine(folder, classNames[i % classNames.Count]);
            Directory.CreateDirectory(subFolder);
            paths[i] = Path.Combine(subFolder, i.ToString("D5", CultureInfo.InvariantCulture) + ".jpg");
            File.WriteAllBytes(paths[i], Draw(random));
        }
        return [.. paths.Order(StringComparer.Ordinal)];
    }

    private static byte[] Draw(Random random)
    {
        using var bitmap = new SKBitmap(Width, Height);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(Colour(random));
        for (int i = 0; i < Shapes; i++)
        {
            using var paint = new SKPaint { Color = Colour(random), IsAntialias = true };
            float x = random.Next(Width), y = random.Next(Height), size = random.Next(4, 90);
            if (i % 2 == 0) canvas.DrawCircle(x, y, size, paint);
            else canvas.DrawRect(x, y, size, size / 2, paint);
        }
        using SKData jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return jpeg.ToArray();
    }

    private static SKColor Colour(Random random) => new((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));
}

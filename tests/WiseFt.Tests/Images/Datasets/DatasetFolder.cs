using System.Text;
using SkiaSharp;

namespace WiseFt.Tests;

/// <summary>A tiny data set made on the fly, which goes away with the test.</summary>
internal sealed class DatasetFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("wiseft data ").FullName;

    public string At(string name) => System.IO.Path.Combine(Path, name);

    public DatasetFolder Text(string name, string content) => Bytes(name, Encoding.UTF8.GetBytes(content));

    public DatasetFolder Bytes(string name, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(At(name))!);
        File.WriteAllBytes(At(name), content);
        return this;
    }

    /// <summary>PNG files of 2 x 2 grey pixels.</summary>
    public DatasetFolder Images(params string[] names)
    {
        foreach (string name in names) Image(name, 2, 2, (_, _) => SKColors.Gray);
        return this;
    }

    public DatasetFolder Image(string name, int width, int height, Func<int, int, SKColor> colour)
    {
        using var bitmap = new SKBitmap(width, height);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) bitmap.SetPixel(x, y, colour(x, y));
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return Bytes(name, png.ToArray());
    }

    /// <summary>Records of label bytes and a 32 x 32 image whose planes hold 10, 20, 30 plus the image's number.</summary>
    public DatasetFolder Cifar(string name, params byte[][] labels) => Bytes(name, [.. labels.SelectMany((l, i) => l.Concat(Planes(i)))]);

    /// <summary>A NumPy array file of version 1.0.</summary>
    public DatasetFolder Npy(string name, string type, string shape, byte[] data, string order = "False") => Bytes(name, NpyBytes(type, shape, data, order));

    public static byte[] NpyBytes(string type, string shape, byte[] data, string order = "False")
    {
        string header = $"{{'descr': '{type}', 'fortran_order': {order}, 'shape': {shape}, }}";
        header = header.PadRight((header.Length + 11 + 63) / 64 * 64 - 11) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)(header.Length % 256), (byte)(header.Length / 256), .. Encoding.ASCII.GetBytes(header), .. data];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static IEnumerable<byte> Planes(int image) => Enumerable.Range(1, 3).SelectMany(c => Enumerable.Repeat((byte)(10 * c + image), 32 * 32));
}

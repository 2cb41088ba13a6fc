using System.Text;
using SkiaSharp;

namespace WiseFt.Tests;

/// <summary>Tiny data sets made on the fly, in a folder that goes away with the test.</summary>
internal static class DatasetFiles
{
    /// <summary>PNG files of 2 x 2 grey pixels.</summary>
    public static TemporaryFolder Images(this TemporaryFolder folder, params string[] names)
    {
        foreach (string name in names) folder.Image(name, 2, 2, (_, _) => SKColors.Gray);
        return folder;
    }

    public static TemporaryFolder Image(this TemporaryFolder folder, string name, int width, int height, Func<int, int, SKColor> colour)
    {
        using var bitmap = new SKBitmap(width, height);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) bitmap.SetPixel(x, y, colour(x, y));
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return folder.Write(name, png.ToArray());
    }

    /// <summary>Records of label bytes and a 32 x 32 image whose planes hold 10, 20, 30 plus the image's number.</summary>
    public static TemporaryFolder Cifar(this TemporaryFolder folder, string name, params byte[][] labels) =>
        folder.Write(name, [.. labels.SelectMany((l, i) => l.Concat(Planes(i)))]);

    /// <summary>A NumPy array file of version 1.0.</summary>
    public static TemporaryFolder Npy(
        this TemporaryFolder folder, string name, string type, string shape, byte[] data, string order = "False") =>
        folder.Write(name, NpyBytes(type, shape, data, order));

    public static byte[] NpyBytes(string type, string shape, byte[] data, string order = "False")
    {
        string header = $"{{'descr': '{type}', 'fortran_order': {order}, 'shape': {shape}, }}";
        header = header.PadRight((header.Length + 11 + 63) / 64 * 64 - 11) + "\n";
        return [
            0x93, .. "NUMPY"u8, 1, 0, (byte)(header.Length % 256), (byte)(header.Length / 256),
            .. Encoding.ASCII.GetBytes(header), .. data];
    }

    private static IEnumerable<byte> Planes(int image) =>
        Enumerable.Range(1, 3).SelectMany(c => Enumerable.Repeat((byte)(10 * c + image), 32 * 32));
}

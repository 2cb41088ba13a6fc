using System.IO.Compression;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using WiseFt.Files;

namespace WiseFt.Tests;

/// <summary>Small PyTorch files made by hand in a folder that goes away with the test.</summary>
internal sealed class TorchFile : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.At("model.pt");

    public static byte[] Bytes<T>(params ReadOnlySpan<T> values) where T : unmanaged => MemoryMarshal.AsBytes(values).ToArray();

    /// <summary>The bytes of a torch.save zip archive: a pickle and its storages, in the order of their keys 0, 1, …</summary>
    public static byte[] Zip(byte[] pickle, params byte[][] storages) => Zip(CompressionLevel.NoCompression, pickle, storages);

    public static byte[] Zip(CompressionLevel level, byte[] pickle, params byte[][] storages) =>
        Zip(
            level,
            [("archive/data.pkl", pickle), .. storages.Select((s, i) => ($"archive/data/{i}", s)), ("archive/version", "3\n"u8.ToArray())]);

    public static byte[] Zip(CompressionLevel level, params (string Name, byte[] Content)[] entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in entries)
            {
                using Stream entry = zip.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        return stream.ToArray();
    }

    /// <summary>The bytes of a torch.save file older than the zip format.</summary>
    public static byte[] Legacy(byte[] pickle, params (string Key, byte[] Content, int Width)[] storages)
    {
        var file = new PickleBytes()
            .Raw(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19).Op('.')
            .Raw(0x80, 2).Op('M').Raw(0xe9, 0x03).Op('.')
            .Raw(PickleBytes.OfDict(d => d.Text("little_endian").Raw(0x88).Text("protocol_version").Number(1001)))
            .Raw(pickle)
            .Raw(0x80, 2).Op(']').Op('(');
        foreach (var (key, _, _) in storages) file.Text(key);
        file.Op('e').Op('.');
        foreach (var (_, content, width) in storages) file.Int64(content.Length / width).Raw(content);
        return file.ToArray();
    }

    public TorchArchive Open(byte[] content)
    {
        // Overwriting in place is several times as fast, which tens of thousands of mutations feel.
        using (SafeFileHandle file = File.OpenHandle(Path, FileMode.OpenOrCreate, FileAccess.Write))
        {
            if (RandomAccess.GetLength(file) != content.Length) RandomAccess.SetLength(file, content.Length);
            RandomAccess.Write(file, content, 0);
        }
        return TorchArchive.Open(Path);
    }

    public void Dispose() => _folder.Dispose();
}

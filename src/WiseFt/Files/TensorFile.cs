using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Files;

/// <summary>Opens files of named tensors, whatever their format.</summary>
internal static class TensorFile
{
    /// <summary>Opens a safetensors file, or anything that <c>torch.save</c> or TorchScript wrote;
    /// the content decides, not the name.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointException">The file is of no known format, or damaged.</exception>
    public static ITensorFile Open(string path)
    {
        if (Directory.Exists(path))
            throw new CheckpointException($"{path} is a folder; expected a file of tensors, such as model.safetensors in it.");
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no file {path}.", path);
        if (TorchArchive.Recognises(path)) return TorchArchive.Open(path);
        byte[] head = ReadHead(path);
        // A safetensors header is JSON after eight bytes of length; whatever else is wrong with the file is found out on opening it.
        bool isSafetensors = head.Length > SafetensorsHeader.LengthPrefix && head[SafetensorsHeader.LengthPrefix] == (byte)'{';
        return isSafetensors || (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) && !IsNoModel(head))
            ? SafetensorsFile.Open(path)
            : throw new CheckpointException($"{path}: {TorchFormats.Describe(head)}");
    }

    // A Git LFS pointer or a web page under the model's name.
    private static bool IsNoModel(ReadOnlySpan<byte> head) =>
        head.StartsWith("version https://git-lfs"u8) || head.TrimStart(" \r\n\t"u8).StartsWith("<"u8);

    private static byte[] ReadHead(string path)
    {
        using ArchiveFile file = ArchiveFile.Open(path);
        return file.Read(0, (int)Math.Min(file.Length, TorchFormats.HeadLength));
    }
}

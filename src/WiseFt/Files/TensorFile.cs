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
    /// <param name="path">The file.</param>
    /// <param name="stateDict">Which dict of a PyTorch file holds the model; null for the one that is there.</param>
    public static ITensorFile Open(string path, string? stateDict = null)
    {
        if (Directory.Exists(path))
            throw new CheckpointException($"{path} is a folder; expected a file of tensors, such as model.safetensors in it.");
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no file {path}.", path);
        if (TorchArchive.Recognises(path)) return TorchArchive.Open(path, stateDict);
        byte[] head = ReadHead(path);
        // A safetensors header is JSON after eight bytes of length; whatever else is wrong with the file is found out on opening it.
        if (TorchFormats.IsNoModel(head)) throw new CheckpointException($"{path}: {TorchFormats.Describe(head)}");
        bool isSafetensors = head.Length > SafetensorsHeader.LengthPrefix && head[SafetensorsHeader.LengthPrefix] == (byte)'{';
        return isSafetensors || (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) && !TorchFormats.IsOtherFormat(head))
            ? SafetensorsFile.Open(path)
            : throw new CheckpointException($"{path}: {TorchFormats.Describe(head)}");
    }

    /// <summary>Opens a model's weights wherever they are: in a file, in a folder's file, or in the files that an index joins.</summary>
    /// <inheritdoc cref="Open"/>
    public static ITensorFile OpenModel(string path, string? stateDict = null)
    {
        string weights = !Directory.Exists(path) ? path : WeightFileNames.FindIn(path) ?? throw new CheckpointException(
            $"{path}: the folder holds no weights. Expected one of {string.Join(", ", WeightFileNames.HuggingFace)}, or name the file " +
            "itself.");
        return WeightFileNames.IsIndex(weights) ? ShardedTensors.Open(weights) : Open(weights, stateDict);
    }

    private static byte[] ReadHead(string path)
    {
        using ArchiveFile file = ArchiveFile.Open(path);
        return file.Read(0, (int)Math.Min(file.Length, TorchFormats.HeadLength));
    }
}

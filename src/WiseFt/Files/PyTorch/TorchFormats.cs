namespace WiseFt.Files;

/// <summary>What a file is that is no PyTorch archive, by its first bytes.</summary>
internal static class TorchFormats
{
    /// <summary>How many of the first bytes tell.</summary>
    public const int HeadLength = 512;

    private const int TarMagicOffset = 257;

    /// <summary>One sentence on what was found and what to do.</summary>
    public static string Describe(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty) return "the file is empty. Fetch it again.";
        if (head.StartsWith("version https://git-lfs"u8))
            return "the file is a Git LFS pointer, not the model. Fetch the model itself: git lfs pull.";
        if (head.TrimStart(" \r\n\t"u8).StartsWith("<"u8)) return "the file is a web page, not a model. Fetch the model itself.";
        if (head.Length > TarMagicOffset + 5 && head[TarMagicOffset..].StartsWith("ustar"u8))
            return "the file is a tar archive, as torch.save wrote before 2017. Load and save it again with a newer PyTorch.";
        if (head.Length > 9 && head[8] == (byte)'{') return "the file looks like safetensors, not like a PyTorch archive. Open it as that.";
        if (head[0] == (byte)PickleOpcode.Proto)
            return "the file is a plain pickle of Python objects, not an archive of torch.save. " +
                "In Python, load it and save model.state_dict().";
        return $"the file begins with {Convert.ToHexString(head[..Math.Min(8, head.Length)])}, which is no PyTorch archive; "
            + "expected a zip archive or a pickle of PyTorch's magic number. Check the path, or fetch the file again.";
    }
}

using System.Text;

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
        if (IsJson(head)) return "the file is JSON text, such as a server's error message or a configuration, not a model: " +
            $"{Start(head)}. Fetch the model itself.";
        if (head.StartsWith("GGUF"u8)) return "the file is of GGUF, the format of llama.cpp. Use the model's .safetensors or PyTorch file.";
        if (head.StartsWith("\x89HDF"u8))
            return "the file is of HDF5, as Keras and TensorFlow write. Use the model's .safetensors or PyTorch file.";
        if (IsOnnx(head)) return "the file is an ONNX graph, which cannot be fine-tuned or mixed. Use the file that it was exported from.";
        if (IsSentencePiece(head)) return "the file is a sentencepiece vocabulary, not a model. Use the file of the weights beside it.";
        if (IsMessagePack(head)) return "the file is of MessagePack, as Flax writes. Use the model's .safetensors or PyTorch file.";
        if (head.StartsWith("\x1f\x8b"u8)) return "the file is compressed by gzip. Unpack it first.";
        if (head.StartsWith("Rar!"u8) || head.StartsWith("7z\xbc\xaf"u8)) return "the file is a packed archive. Unpack it first.";
        if (head.Length > TarMagicOffset + 5 && head[TarMagicOffset..].StartsWith("ustar"u8))
            return "the file is a tar archive, as torch.save wrote before 2017. Load and save it again with a newer PyTorch.";
        if (head.Length > 9 && head[8] == (byte)'{') return "the file looks like safetensors, not like a PyTorch archive. Open it as that.";
        if (head[0] == (byte)PickleOpcode.Proto)
            return "the file is a plain pickle of Python objects, not an archive of torch.save. " +
                "In Python, load it and save model.state_dict().";
        return $"the file begins with {Convert.ToHexString(head[..Math.Min(8, head.Length)])}, which is no PyTorch archive; "
            + "expected a zip archive or a pickle of PyTorch's magic number. Check the path, or fetch the file again.";
    }

    /// <summary>Whether a file is text, a pointer or a page under a model's name, whatever its ending says.</summary>
    public static bool IsNoModel(ReadOnlySpan<byte> head) =>
        head.IsEmpty || head.StartsWith("version https://git-lfs"u8) || head.TrimStart(" \r\n\t"u8).StartsWith("<"u8) || IsJson(head);

    /// <summary>Whether a file is of another format of models, whatever its ending says.</summary>
    public static bool IsOtherFormat(ReadOnlySpan<byte> head) =>
        head.StartsWith("GGUF"u8) || head.StartsWith("\x89HDF"u8) || head.StartsWith("\x1f\x8b"u8) || IsOnnx(head) || IsSentencePiece(head)
        || IsMessagePack(head);

    // A safetensors header may begin with any byte too, but not go on with text: its length has six zeros.
    private static bool IsJson(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> text = head.TrimStart(" \r\n\t"u8);
        return text.Length > 1 && text[0] is (byte)'{' or (byte)'[' or (byte)'"'
            && text[1..Math.Min(text.Length, SafetensorsHeader.LengthPrefix)].IndexOfAnyExceptInRange((byte)'\t', (byte)'~') < 0;
    }

    // ModelProto: ir_version (field 1), then producer_name (field 2).
    private static bool IsOnnx(ReadOnlySpan<byte> head) =>
        head.Length > 4 && head[0] == 0x08 && head[1] is > 0 and < 32 && (head[2] == 0x12 || head[2] == 0x3A)
        && (head.IndexOf("pytorch"u8) >= 0 || head.IndexOf("onnx"u8) >= 0 || head.IndexOf("wiseft"u8) >= 0 || head[2] == 0x3A);

    // ModelProto's pieces (field 1): the first is <unk> or <pad>.
    private static bool IsSentencePiece(ReadOnlySpan<byte> head) =>
        head.Length > 8 && head[0] == 0x0A && head[2] == 0x0A && head[4] == (byte)'<';

    // A map with up to 15 entries, or more, whose first key is a text.
    private static bool IsMessagePack(ReadOnlySpan<byte> head) =>
        head.Length > 2 && ((head[0] is > 0x80 and <= 0x8F && head[1] is >= 0xA1 and <= 0xBF) || (head[0] == 0xDE
            && head[3] is >= 0xA1 and <= 0xBF));

    private static string Start(ReadOnlySpan<byte> head) =>
        Encoding.Latin1.GetString(head[..Math.Min(head.Length, 80)]).ReplaceLineEndings(" ");
}

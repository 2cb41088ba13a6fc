using System.Collections.Immutable;

namespace WiseFt.Files;

/// <summary>The names that libraries give to files with weights, in a folder and on the Hub alike;
/// each list in the order of preference.</summary>
internal static class WeightFileNames
{
    /// <summary>Beside a <c>config.json</c>. Source: huggingface/transformers <c>utils/__init__.py</c>.</summary>
    public static readonly ImmutableArray<string> HuggingFace =
        ["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"];

    /// <summary>Beside an <c>open_clip_config.json</c>. Source: mlfoundations/open_clip
    /// <c>factory.py</c>, <c>_find_checkpoint_in_dir</c>.</summary>
    public static readonly ImmutableArray<string> OpenClip =
    [
        "open_clip_model.safetensors", "open_clip_pytorch_model.safetensors", "open_clip_pytorch_model.bin", "open_clip_pytorch_model.pth",
        "model.safetensors", "pytorch_model.bin", "pytorch_model.pth", "model.pth",
    ];

    /// <summary>Without a configuration.</summary>
    public static readonly ImmutableArray<string> Bare = ["model.safetensors", "model.pt", "model.pth", "model.bin", "pytorch_model.bin"];

    private static readonly ImmutableArray<string> _endings = [".safetensors", ".pt", ".pth", ".bin", ".ckpt"];

    /// <summary>Whether a file is named as files with weights are.</summary>
    public static bool HasEnding(string path) => _endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>The file with the weights of a folder, or the index of several; null where there is none.</summary>
    public static string? FindIn(string folder) => HuggingFace.Concat(OpenClip).Concat(Bare).Select(name => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);

    /// <summary>Whether a file holds no weights itself, but names the files that do.</summary>
    public static bool IsIndex(string name) => name.EndsWith(".index.json", StringComparison.OrdinalIgnoreCase);

    /// <summary>How the files end that an index names: <c>.safetensors</c> or <c>.bin</c>, as its own name says.</summary>
    public static string ShardExtension(string index) => Path.GetExtension(index[..^".index.json".Length]);
}

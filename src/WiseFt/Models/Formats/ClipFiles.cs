using System.Collections.Immutable;
using WiseFt.Files;

namespace WiseFt.Models;

/// <summary>How a model's files are laid out.</summary>
internal enum ClipLayoutKind
{
    /// <summary>Hugging Face: <c>config.json</c> beside the weights.</summary>
    HuggingFace,

    /// <summary>open_clip: <c>open_clip_config.json</c> beside the weights.</summary>
    OpenClip,

    /// <summary>Weights alone.</summary>
    Bare,
}

/// <summary>The files of a model.</summary>
/// <param name="Kind">The layout.</param>
/// <param name="Path">What the caller named.</param>
/// <param name="Folder">Where configuration and vocabulary are looked for.</param>
/// <param name="Weights">The file with the weights, or the index of several.</param>
internal sealed record ClipFiles(ClipLayoutKind Kind, string Path, string Folder, string Weights)
{
    /// <summary>Finds the files of a model.</summary>
    /// <param name="path">A folder, or a file with weights; a file that lies in a model's folder is read with its configuration. Else a name on the Hub.</param>
    /// <param name="hub">How to reach the Hub; as the environment says if null.</param>
    /// <exception cref="CheckpointException">There are none.</exception>
    public static ClipFiles Find(string path, HuggingFaceHubOptions? hub = null)
    {
        if (Directory.Exists(path)) return FindInFolder(path);
        if (!File.Exists(path)) return FindInFolder(Fetch(path, hub));
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!, name = System.IO.Path.GetFileName(path);
        ClipLayoutKind kind =
            WeightFileNames.HuggingFace.Contains(name) && IsHuggingFace(folder) ? ClipLayoutKind.HuggingFace
            : WeightFileNames.OpenClip.Contains(name) && HasOpenClipConfig(folder) ? ClipLayoutKind.OpenClip
            : ClipLayoutKind.Bare;
        return new ClipFiles(kind, path, folder, path);
    }

    /// <summary>A file of the model's folder.</summary>
    public string InFolder(string name) => System.IO.Path.Combine(Folder, name);

    private static string Fetch(string name, HuggingFaceHubOptions? options)
    {
        const string expected = "Expected a Hugging Face or open_clip CLIP folder, or a .pt, .pth, .bin or .safetensors file with a CLIP model.";
        if (!HuggingFaceHub.IsModelName(name)) throw new CheckpointException($"{name}: there is no such folder or file. {expected}");
        try
        {
            using var hub = new HuggingFaceHub(options);
            return hub.Fetch(name);
        }
        catch (CheckpointException e)
        {
            throw new CheckpointException($"{name}: there is no such folder or file, and as a name on the Hugging Face Hub: {e.Message}", e);
        }
    }

    // Folders on the Hub often hold a model in both layouts, or a config.json of another library's beside open_clip's.
    private static ClipFiles FindInFolder(string folder)
    {
        string? First(ImmutableArray<string> names) => names.Select(n => System.IO.Path.Combine(folder, n)).FirstOrDefault(File.Exists);
        bool isHuggingFace = IsHuggingFace(folder), hasOpenClip = HasOpenClipConfig(folder);
        if (isHuggingFace && First(WeightFileNames.HuggingFace) is { } huggingFace) return new ClipFiles(ClipLayoutKind.HuggingFace, folder, folder, huggingFace);
        if (hasOpenClip && First(WeightFileNames.OpenClip) is { } openClip) return new ClipFiles(ClipLayoutKind.OpenClip, folder, folder, openClip);
        if (isHuggingFace) throw MissingWeights(folder, "config.json", WeightFileNames.HuggingFace);
        if (hasOpenClip) throw MissingWeights(folder, "open_clip_config.json", WeightFileNames.OpenClip);
        if (File.Exists(System.IO.Path.Combine(folder, "config.json")))
            HuggingFaceConfig.Read(System.IO.Path.Combine(folder, "config.json")); // says what it is instead
        return First(WeightFileNames.Bare) is { } bare
            ? new ClipFiles(ClipLayoutKind.Bare, folder, folder, bare)
            : throw new CheckpointException(
                $"{folder}: the folder holds neither config.json, nor open_clip_config.json, nor any of {string.Join(", ", WeightFileNames.Bare)}. " +
                "Expected a Hugging Face or open_clip CLIP folder, or name the file itself.");
    }

    private static bool IsHuggingFace(string folder) =>
        System.IO.Path.Combine(folder, "config.json") is var config && File.Exists(config) && HuggingFaceConfig.IsClip(config);

    private static bool HasOpenClipConfig(string folder) => File.Exists(System.IO.Path.Combine(folder, OpenClipLayout.ConfigName));

    private static CheckpointException MissingWeights(string folder, string config, ImmutableArray<string> expected) =>
        new($"{folder}: the folder has a {config} and no weights. Expected one of {string.Join(", ", expected)}; fetch it into the folder.");
}

using System.Text.Json;
using WiseFt.Files;

namespace WiseFt.Models;

/// <summary>What training left, as a CLIP model: the image encoder of one of its files, with the text encoder that it began with.</summary>
/// <param name="Settings">The settings' file.</param>
/// <param name="Clip">The CLIP model that training began with.</param>
/// <param name="Vocabulary">The vocabulary that was given for it; null for its own.</param>
/// <param name="Weights">A classifier's file.</param>
internal sealed record TrainedFolder(string Settings, string Clip, string? Vocabulary, string Weights)
{
    /// <summary>The files of such a folder.</summary>
    public const string ZeroShotFile = "zeroshot.safetensors", FineTunedFile = "finetuned.safetensors", MixtureFile = "wiseft.safetensors",
        PipelineZip = "model.zip", TraceFile = "training.jsonl", SettingsFile = "config.json";

    /// <summary>Whether a file is the settings of a training run, rather than a configuration of another kind.</summary>
    public static bool IsSettings(string path) =>
        File.Exists(path) && ConfigSection.Read(path, root => root.Has("model_sha256") && root.Has("model"));

    /// <summary>The trained model that a path means: a folder or its model.zip the mixture, a file of the folder itself. Null where the
    /// path is something else.</summary>
    /// <exception cref="CheckpointException">The folder was trained, and is not whole.</exception>
    public static TrainedFolder? Find(string path)
    {
        string folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!, name = Path.GetFileName(path);
        string settings = Path.Combine(folder, SettingsFile);
        string weights = Directory.Exists(path) || name == PipelineZip ? Path.Combine(folder, MixtureFile) : path;
        if (Path.GetFileName(weights) is not (ZeroShotFile or FineTunedFile or MixtureFile) || !IsSettings(settings)) return null;
        return ConfigSection.Read(settings, root =>
        {
            if (!File.Exists(weights))
                throw new CheckpointException($"{folder}: {Path.GetFileName(weights)} not found. The folder is not whole; train again.");
            ConfigSection checksums = root.Section("checksums");
            if (checksums.Has(Path.GetFileName(weights)))
                FileChecksum.Require(weights, checksums.Text(Path.GetFileName(weights), ""), SettingsFile);
            return new TrainedFolder(
                settings, root.Text("model", ""), root.Has("vocabulary") ? root.Text("vocabulary", "") : null, weights);
        });
    }
}

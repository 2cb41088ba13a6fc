using System.Text.Json;

namespace WiseFt;

/// <summary>Which files of a repository make a CLIP model, and in what order they are preferred.</summary>
internal static class HuggingFaceHubFiles
{
    public const string Config = "config.json";
    public const string OpenClipConfigFile = "open_clip_config.json";
    public const string Index = "model.safetensors.index.json";

    /// <summary>What is fetched beside the weights, where it is there.</summary>
    public static readonly string[] Optional = ["vocab.json", "merges.txt", "preprocessor_config.json"];

    /// <summary>Each layout: its configuration, and the files of which the first that is there holds the weights.</summary>
    public static readonly (string Config, string[] Weights)[] Layouts =
    [
        (Config, ["model.safetensors", Index, "pytorch_model.bin"]),
        (OpenClipConfigFile, ["open_clip_model.safetensors", "open_clip_pytorch_model.bin"]),
    ];

    /// <summary>Whether a folder holds a whole model.</summary>
    public static bool IsComplete(string folder) => Layouts.Any(layout => Has(folder, layout.Config) && layout.Weights.Any(weights =>
        Has(folder, weights) && (weights != Index || Shards(Path.Combine(folder, weights)).All(shard => Has(folder, shard)))));

    /// <summary>The files that an index joins.</summary>
    /// <exception cref="CheckpointException">It is malformed, or names something other than a file beside it.</exception>
    public static IReadOnlyList<string> Shards(string indexPath)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(indexPath));
            string[] shards = [.. document.RootElement.GetProperty("weight_map").EnumerateObject().Select(p => p.Value.GetString() ?? "").Distinct(StringComparer.Ordinal)];
            if (shards.FirstOrDefault(s => !HuggingFaceHubName.IsFileName(s) || !s.EndsWith(".safetensors", StringComparison.Ordinal)) is { } strange)
                throw new CheckpointException($"{indexPath} names '{strange}'; expected the names of .safetensors files beside it.");
            return shards;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new CheckpointException($"{indexPath}: expected a JSON object with 'weight_map' ({e.Message}). Fetch it again.", e);
        }
    }

    private static bool Has(string folder, string file) => File.Exists(Path.Combine(folder, file));
}

using System.Collections.Immutable;
using System.Text.Json;

namespace WiseFt.Files;

/// <summary>Which files of a repository make a CLIP model, and in what order they are preferred.</summary>
internal static class HuggingFaceHubFiles
{
    public const string Config = "config.json";
    public const string OpenClipConfigFile = "open_clip_config.json";

    // Published CLIPs have weights of at most 20 GB, and texts (vocabularies, indices of shards) of a few megabytes.
    private const long MaximumWeights = 64L << 30, MaximumText = 64L << 20;

    /// <summary>What is fetched beside the weights, where it is there.</summary>
    public static readonly string[] Optional =
        ["vocab.json", "merges.txt", "tokenizer.json", "preprocessor_config.json", "processor_config.json"];

    /// <summary>Each layout: its configuration, and the files of which the first that is there holds the weights.</summary>
    public static readonly (string Config, ImmutableArray<string> Weights)[] Layouts =
    [
        (Config, WeightFileNames.HuggingFace),
        (OpenClipConfigFile, WeightFileNames.OpenClip),
    ];

    /// <summary>How many bytes a file may have, by what it is for: weights 64 GiB, configurations and vocabularies 64 MiB.</summary>
    public static long MaximumLength(string file) => Path.GetExtension(file) is ".json" or ".txt" ? MaximumText : MaximumWeights;

    /// <summary>Whether a folder holds a whole model.</summary>
    public static bool IsComplete(string folder) =>
        Layouts.Any(layout => Has(folder, layout.Config) && Describes(folder, layout.Config) && layout.Weights.Any(weights =>
        Has(folder, weights)
            && (!WeightFileNames.IsIndex(weights) || Shards(Path.Combine(folder, weights)).All(shard => Has(folder, shard)))));

    /// <summary>Whether a configuration that is there is of a CLIP;
    /// open_clip's repositories often have another library's <c>config.json</c> beside theirs.</summary>
    /// <exception cref="CheckpointException">It is malformed.</exception>
    public static bool Describes(string folder, string config) => config != Config || ModelType(folder) == "clip";

    /// <summary>The <c>model_type</c> of a folder's <c>config.json</c>, or null where it says none.</summary>
    /// <exception cref="CheckpointException">It is malformed.</exception>
    public static string? ModelType(string folder) => Parse(Path.Combine(folder, Config), "model_type", root =>
        root.TryGetProperty("model_type", out JsonElement type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null);

    /// <summary>The files that an index joins.</summary>
    /// <exception cref="CheckpointException">It is malformed, or names something other than a file beside it.</exception>
    public static IReadOnlyList<string> Shards(string indexPath)
    {
        string extension = WeightFileNames.ShardExtension(indexPath);
        string[] shards = Parse(indexPath, "weight_map", root =>
            root.GetProperty("weight_map").EnumerateObject().Select(p => p.Value.GetString() ?? "")
                .Distinct(StringComparer.Ordinal).ToArray());
        return shards.FirstOrDefault(s =>
            !HuggingFaceHubName.IsFileName(s) || !s.EndsWith(extension, StringComparison.Ordinal)) is { } strange
            ? throw new CheckpointException($"{indexPath} names '{strange}'; expected the names of {extension} files beside it.")
            : shards;
    }

    private static T Parse<T>(string path, string property, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new CheckpointException($"{path}: expected a JSON object with '{property}' ({e.Message}). Fetch it again.", e);
        }
    }

    private static bool Has(string folder, string file) => File.Exists(Path.Combine(folder, file));
}

using System.Reflection;
using System.Text.Json.Nodes;
using WiseFt.Files;
using WiseFt.Merging;

namespace WiseFt.Ensembling;

/// <summary>A merged model as a file, or as a folder in the layout of the one that it keeps.</summary>
internal static class MergedModel
{
    /// <summary>What the file says of how it came about, in its metadata.</summary>
    public const string ProvenanceKey = "wiseft.merge";

    // Other frameworks' copies of the base's weights, which would lie beside the merged ones and be loaded instead of them.
    private static readonly string[] _otherWeights = [".h5", ".msgpack", ".onnx", ".ot"];

    private const string Format = "format", WeightsFile = "model.safetensors", OpenClipWeightsFile = "open_clip_model.safetensors",
        OpenClipSettings = "open_clip_config.json";

    /// <summary>Whether a recipe's outcome is a folder: where its models are.</summary>
    public static bool IsFolder(MergeSources sources) =>
        Directory.Exists(sources.KeeperPath) && !Runs.TrainedModel.IsIn(sources.KeeperPath);

    /// <summary>Writes a model into a folder that is there and empty.</summary>
    /// <param name="engine">Makes it.</param>
    /// <param name="sources">Whose configuration goes with it, and whose hashes.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="progress">Is told how many numbers are merged.</param>
    /// <param name="cancel">Stops between two pieces.</param>
    /// <returns>The file with the weights.</returns>
    public static string Write(
        MergeEngine engine, MergeSources sources, string folder, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        if (IsFolder(sources)) CopySettings(sources.KeeperPath!, folder);
        string path = Path.Combine(folder, File.Exists(Path.Combine(folder, OpenClipSettings)) ? OpenClipWeightsFile : WeightsFile);
        engine.WriteTo(path, known => Metadata(sources, known, alpha: null), progress, cancel);
        return path;
    }

    /// <summary>The metadata of a merged file.</summary>
    /// <param name="sources">What it was made of.</param>
    /// <param name="known">Whether all of it was read, so that its hashes are known.</param>
    /// <param name="alpha">The mixing coefficient between base and merged model; null where none was chosen.</param>
    public static Dictionary<string, string> Metadata(MergeSources sources, bool known, double? alpha)
    {
        var provenance = new JsonObject
        {
            ["version"] = typeof(MergedModel).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
            ["recipe"] = JsonNode.Parse(WithoutFolders(sources.Recipe).ToJson()),
            ["inputs"] = new JsonArray([.. sources.Hashes(known).Select(i => new JsonObject { ["name"] = i.Name, ["xxh128"] = i.Hash })]),
        };
        if (alpha is { } a) provenance["alpha"] = a;
        IReadOnlyDictionary<string, string> own = sources.Metadata ?? new Dictionary<string, string> { [Format] = "pt" };
        return new Dictionary<string, string>(own, StringComparer.Ordinal) { [ProvenanceKey] = provenance.ToJsonString() };
    }

    // Where the files lay on somebody's machine is nobody's business, and would change the bytes.
    private static MergeRecipe WithoutFolders(MergeRecipe recipe) => recipe with
    {
        BaseModel = recipe.BaseModel is null ? null : NameOf(recipe.BaseModel),
        Models = [.. recipe.Models.Select(m => m with { Model = NameOf(m.Model), Parameters = WithoutFolders(m.Parameters) })],
        Parameters = WithoutFolders(recipe.Parameters),
        Evaluate = recipe.Evaluate is not { } sets ? null : sets with
        {
            Reference = NameOf(sets.Reference),
            Validation = sets.Validation is null ? null : NameOf(sets.Validation),
            Shifts = [.. sets.Shifts.Select(s => s with { Images = NameOf(s.Images) })],
        },
        Recalibrate = recipe.Recalibrate is null ? null : NameOf(recipe.Recalibrate),
    };

    private static MergeParameters WithoutFolders(MergeParameters parameters) => parameters with
    {
        Fisher = parameters.Fisher is null ? null : NameOf(parameters.Fisher),
        Data = parameters.Data is null ? null : NameOf(parameters.Data),
    };

    private static string NameOf(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(path));

    private static void CopySettings(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from))
            if (!WeightFileNames.HasEnding(file) && !WeightFileNames.IsIndex(file) && !_otherWeights.Contains(Path.GetExtension(file)))
                File.Copy(RegularFile.Require(file), Path.Combine(to, Path.GetFileName(file)));
    }
}

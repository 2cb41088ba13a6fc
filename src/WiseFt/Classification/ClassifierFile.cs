using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using WiseFt.Files;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Classification;

/// <summary>Classifiers as safetensors files that say themselves what they hold.</summary>
/// <remarks>
/// Weights have the reference implementation's names. Architecture, class names and preprocessing stand as JSON in the file's metadata,
/// so that a file can be scored with, mixed and converted without the model it came from; other programs see plain safetensors.
/// </remarks>
internal static class ClassifierFile
{
    private const string MetadataKey = "wiseft.classifier", VersionKey = "format_version";
    private const int FormatVersion = 1;

    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        TypeInfoResolver = ClassifierJson.Default,
    };

    /// <summary>Writes a classifier, whole or not at all.</summary>
    public static void Save(ImageClassifier classifier, string path) => Save(classifier, classifier.Weights, path);

    /// <summary>Writes other weights of a classifier's architecture, whole or not at all.</summary>
    public static void Save(ImageClassifier architecture, Weights weights, string path) =>
        SafetensorsFile.Write(path, weights, Describe(architecture));

    /// <summary>Writes a classifier to a stream.</summary>
    public static void Save(ImageClassifier classifier, Stream stream) =>
        SafetensorsFile.Write(stream, classifier.Weights, Describe(classifier));

    /// <summary>Whether a path is a file with a classifier, rather than a CLIP model or nothing.</summary>
    public static bool IsClassifier(string path)
    {
        if (!path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) || !File.Exists(path)) return false;
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return file.Metadata.ContainsKey(MetadataKey);
    }

    /// <summary>What a file says of the classifier in it; null where it holds none.</summary>
    /// <exception cref="CheckpointException">What it says is malformed, or of a newer version.</exception>
    public static ClassifierSpec? FindSpec(ITensorFile file) =>
        file is SafetensorsFile { Metadata: var metadata } && metadata.TryGetValue(MetadataKey, out string? json)
            ? Parse(json, file.Path)
            : null;

    /// <summary>Reads a classifier.</summary>
    /// <exception cref="CheckpointException">The file is no safetensors file, no classifier of ours, or of a newer version.</exception>
    public static ImageClassifier Load(string path, Device? device = null)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return Load(file, device);
    }

    /// <summary>Reads a classifier of an open file.</summary>
    /// <exception cref="CheckpointException">The file is no classifier of ours, or of a newer version.</exception>
    public static ImageClassifier Load(SafetensorsFile file, Device? device)
    {
        (ClassifierSpec spec, string path) = (SpecOf(file), file.Path);
        try
        {
            return new ImageClassifier(spec, file, device);
        }
        catch (Exception e) when (e is WeightMismatchException or ArgumentException)
        {
            throw new CheckpointException($"{path}: the weights do not fit the description in the file's metadata. {e.Message}", e);
        }
    }

    /// <summary>What a file says of the classifier in it, apart from the weights.</summary>
    /// <exception cref="CheckpointException">The file is no classifier of ours, or of a newer version.</exception>
    public static ClassifierSpec SpecOf(SafetensorsFile file) => file.Metadata.TryGetValue(MetadataKey, out string? json)
        ? Parse(json, file.Path)
        : throw new CheckpointException(
            $"{file.Path}: the file has no '{MetadataKey}' in its metadata, so it does not say its classes. " +
            "Expected a file that `wiseft train` or `wiseft mix` wrote.");

    private static Dictionary<string, string> Describe(ImageClassifier classifier)
    {
        JsonObject description = JsonSerializer.SerializeToNode(classifier.Spec, _json)!.AsObject();
        description.Insert(0, VersionKey, FormatVersion);
        return new Dictionary<string, string>(StringComparer.Ordinal) { [MetadataKey] = description.ToJsonString(_json) };
    }

    private static ClassifierSpec Parse(string json, string path)
    {
        try
        {
            using (var document = JsonDocument.Parse(json))
                if (document.RootElement.GetProperty(VersionKey).GetInt32() is var version and not FormatVersion)
                    throw new CheckpointException(
                        $"{path}: the file has format version {version}; this version of WiseFt reads {FormatVersion}. Update WiseFt.");
            return JsonSerializer.Deserialize<ClassifierSpec>(json, _json)!;
        }
        catch (Exception e)
            when (e is JsonException or ArgumentException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new CheckpointException(
                $"{path}: '{MetadataKey}' in the file's metadata is malformed ({e.Message}). The file is damaged; write it again.", e);
        }
    }
}

/// <summary>What is known of the description's types at build time.</summary>
[JsonSerializable(typeof(ClassifierSpec))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class ClassifierJson : JsonSerializerContext;

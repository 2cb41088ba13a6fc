using System.Text.Json;
using System.Text.Json.Serialization;
using WiseFt.Files;

namespace WiseFt.Ensembling;

/// <summary>Estimates about a classifier's weights as safetensors files that say from what they were made.</summary>
internal static class EstimateFile
{
    private const int FormatVersion = 1;

    /// <summary>Writes estimates, whole or not at all.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="estimates">What was estimated.</param>
    /// <param name="kind">What it is: the metadata's key.</param>
    /// <param name="modelHash">SHA-256 of the classifier's weights.</param>
    /// <param name="examples">From how many images.</param>
    /// <param name="seed">What they were drawn with.</param>
    public static void Save(string path, Weights estimates, string kind, string modelHash, int examples, int seed) =>
        SafetensorsFile.Write(path, estimates, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [kind] = JsonSerializer.Serialize(
                new EstimateSource(FormatVersion, modelHash, examples, seed), EstimateJson.Default.EstimateSource),
        });

    /// <summary>SHA-256 of a classifier's weights, in lower-case hexadecimal digits.</summary>
    public static string HashOf(ImageClassifier model) => TensorHash.Sha256("", model.Weights);
}

/// <summary>From what something was estimated, as the file says it.</summary>
internal sealed record EstimateSource(int FormatVersion, string Model, int Examples, int Seed);

/// <summary>What is known of the metadata's type at build time.</summary>
[JsonSerializable(typeof(EstimateSource))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class EstimateJson : JsonSerializerContext;

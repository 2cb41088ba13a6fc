using System.Text.Json;
using WiseFt.Files;
using WiseFt.Images;

namespace WiseFt.Ensembling;

/// <summary>The images that something is estimated from, and the file that says so.</summary>
internal static class Examples
{
    /// <summary>How many are decoded at once.</summary>
    public const int PartSize = 32;

    /// <summary>Some of the images, all where there are no more, without repetition, in the order in which they are drawn.</summary>
    public static ImageSource[] Draw(LabelledImages images, int count, int seed)
    {
        int[] places = [.. Enumerable.Range(0, images.Count)];
        new Random(seed).Shuffle(places);
        return [.. places.Take(count).Select(place => images.Images[place])];
    }

    /// <summary>Writes what was estimated as safetensors, and from what as JSON in the metadata; the file appears whole or not at all.
    /// </summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="estimates">What was estimated.</param>
    /// <param name="key">What it is: the metadata's key.</param>
    /// <param name="modelHash">SHA-256 of the model's weights.</param>
    /// <param name="examples">How many images there were.</param>
    /// <param name="seed">What they were drawn with.</param>
    public static void Save(string path, Weights estimates, string key, string modelHash, int examples, int seed) =>
        SafetensorsFile.Write(path, estimates, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [key] = JsonSerializer.Serialize(new ExamplesMetadata(1, modelHash, examples, seed), ExamplesJson.Default.ExamplesMetadata),
        });

    /// <summary>SHA-256 of a classifier's weights, in lower-case hexadecimal digits.</summary>
    public static string HashOf(ImageClassifier model) => TensorHash.Sha256("", model.Weights);
}

/// <summary>From what something was estimated.</summary>
/// <param name="FormatVersion">Of the file.</param>
/// <param name="Model">SHA-256 of the weights.</param>
/// <param name="Examples">How many images.</param>
/// <param name="Seed">What they were drawn with.</param>
internal sealed record ExamplesMetadata(int FormatVersion, string Model, int Examples, int Seed);

/// <summary>What is known of the metadata's type at build time.</summary>
[System.Text.Json.Serialization.JsonSerializable(typeof(ExamplesMetadata))]
[System.Text.Json.Serialization.JsonSourceGenerationOptions(
    PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class ExamplesJson : System.Text.Json.Serialization.JsonSerializerContext;

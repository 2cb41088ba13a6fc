using Microsoft.Extensions.AI;

namespace WiseFt.Extensions.AI.Tests;

/// <summary>The built-in model and a few of the built-in images.</summary>
internal static class Emoji
{
    /// <summary>Length of the built-in model's vectors.</summary>
    public const int Dimensions = 128;

    public const string Dog = "a photo of a dog.";

    public static readonly string[] ClassNames = ["hand", "mammal", "vehicle", "weather"];

    public static string ModelPath => Fixtures.Data("starter-clip");

    /// <summary>Twelve images of each class, class by class.</summary>
    public static string[] Paths { get; } =
    [
        .. ClassNames.SelectMany(name => Directory.GetFiles(Fixtures.Data($"emoji-shift/reference/train/{name}"))
            .Order(StringComparer.Ordinal).Take(12)),
    ];

    public static DataContent[] Contents { get; } = [.. Paths.Select(Content)];

    public static DataContent Content(string path) => new(File.ReadAllBytes(path), "image/png");

    public static ClipEmbeddingGenerator Load(ClipEmbeddingOptions? options = null) => ClipEmbeddingGenerator.Load(ModelPath, options);

    public static float[][] Rows(this GeneratedEmbeddings<Embedding<float>> embeddings) => [.. embeddings.Select(e => e.Vector.ToArray())];

    /// <summary>The largest difference of two lists of vectors, which must be of one shape.</summary>
    public static double Difference(float[][] first, float[][] second)
    {
        first.Select(row => row.Length).Should().Equal(second.Select(row => row.Length));
        return first.Zip(second).Max(rows => rows.First.Zip(rows.Second).Max(pair => Math.Abs((double)pair.First - pair.Second)));
    }
}

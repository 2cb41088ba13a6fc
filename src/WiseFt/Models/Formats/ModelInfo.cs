using System.Collections.Immutable;
using System.Globalization;

namespace WiseFt.Models;

/// <summary>What a CLIP model on disk is, from its files' headers: no weights are read.</summary>
public sealed record ModelInfo
{
    /// <summary>The folder or file.</summary>
    public required string Path { get; init; }

    /// <summary>The layout that was recognised, such as "Hugging Face folder (model.safetensors)".</summary>
    public required string Layout { get; init; }

    /// <summary>The image encoder, such as "ViT 224x224 patch 32, 12 layers, width 768, 12 heads".</summary>
    public required string Architecture { get; init; }

    /// <summary>The text encoder, such as "77 tokens, 12 layers, width 512, 8 heads".</summary>
    public required string TextEncoder { get; init; }

    /// <summary>Length of the vectors in which images and texts are compared.</summary>
    public required int EmbeddingDimension { get; init; }

    /// <summary>The activation in the text encoder, and in a vision transformer.</summary>
    public required Activation Activation { get; init; }

    /// <summary>How the activation is known: the file that says it, or that it was assumed.</summary>
    public required string ActivationSource { get; init; }

    /// <summary>Height and width of the images, in pixels.</summary>
    public required int Resolution { get; init; }

    /// <summary>The types of the stored numbers, the most frequent first, such as "float16".</summary>
    public required string Precision { get; init; }

    /// <summary>How many trained numbers the model has.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>How many tokens there are, and where the vocabulary was read.</summary>
    public required string Vocabulary { get; init; }

    /// <summary>How images become pixels, and which file says so.</summary>
    public required string Preprocessing { get; init; }

    /// <summary>What was taken, renamed and left out on reading, one sentence each.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>What nothing in the files says and was assumed, one sentence each, with the option that decides.</summary>
    public ImmutableArray<string> Assumptions { get; init; } = [];

    /// <summary>Recognises a model and describes it, and checks that all its files fit together.</summary>
    /// <param name="path">What <see cref="ClipModel.Load"/> takes.</param>
    /// <param name="vocabularyPath">As for <see cref="ClipModel.Load"/>.</param>
    /// <exception cref="CheckpointException">It could not be loaded:
    /// it is of no known layout, damaged, or its parts do not fit together.</exception>
    public static ModelInfo Read(string path, string? vocabularyPath = null) => Read(path, new ClipOverrides(vocabularyPath));

    /// <summary>The same with all that a caller may know better than the files.</summary>
    internal static ModelInfo Read(string path, ClipOverrides overrides)
    {
        using ClipCheckpoint checkpoint = ClipFormats.Open(path, overrides);
        ClipConfig config = checkpoint.Config;
        return new ModelInfo
        {
            Path = checkpoint.Path,
            Layout = checkpoint.Layout,
            Architecture = Describe(config.Vision),
            TextEncoder = $"{config.Text.ContextLength} tokens, {Count(config.Text.Layers, "layer")}, width {config.Text.Width}, " +
                $"{Count(config.Text.Heads, "head")}",
            EmbeddingDimension = config.EmbeddingDimension,
            Activation = config.Text.Activation,
            ActivationSource = checkpoint.ActivationSource,
            Resolution = config.Vision.Resolution,
            Precision = string.Join(" and ", checkpoint.Tensors.StoredTypes.Select(t => t.ToString().ToLowerInvariant())),
            ParameterCount = config.ParameterCount,
            Vocabulary = $"{checkpoint.Tokenizer.VocabularySize} tokens, {checkpoint.VocabularyPath ?? "OpenAI's, built in"}",
            Preprocessing = $"{checkpoint.Preprocessor.InWords()} ({checkpoint.PreprocessorSource ?? "assumed"})",
            Notes = [.. checkpoint.Notes, .. checkpoint.Visual is { } visual ? [$"The image encoder is that of {visual}."] : (string[])[]],
            Assumptions = [.. checkpoint.Assumptions],
        };
    }

    /// <summary>A small table, a property a line.</summary>
    public override string ToString()
    {
        (string Name, string Value)[] rows =
        [
            ("model", Path),
            ("layout", Layout),
            ("image encoder", Architecture),
            ("text encoder", TextEncoder),
            ("features", $"{EmbeddingDimension} numbers"),
            ("activation", $"{(Activation == Activation.QuickGelu ? "quick_gelu" : "gelu")} ({ActivationSource})"),
            ("stored as", Precision),
            ("parameters", ParameterCount.ToString("N0", CultureInfo.InvariantCulture)),
            ("vocabulary", Vocabulary),
            ("preprocessing", Preprocessing),
            .. Assumptions.Select(a => ("assumed", a)),
            .. Notes.Select(n => ("note", n)),
        ];
        return string.Join('\n', rows.Select(r => $"{r.Name,-14} {r.Value}"));
    }

    private static string Describe(VisionConfig vision) =>
        $"{vision.Tower.Name} {vision.Resolution}x{vision.Resolution}{vision.Tower.Depth(vision)}, " +
        $"width {vision.Width}, {Count(vision.Heads, "head")}";

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}

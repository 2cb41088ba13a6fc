using System.Collections.Immutable;
using System.Text.Json.Serialization;
using WiseFt.Images;
using WiseFt.Models;

namespace WiseFt.Classification;

/// <summary>What a classifier is apart from its weights: classes, prompts, preprocessing and architecture. Immutable; vary
/// with <c>with</c>.</summary>
/// <remarks>Zero-shot, fine-tuned and mixed models have the same one. It is what a classifier's file says of itself.</remarks>
public sealed record ClassifierSpec
{
    /// <summary>Names of the K classes, in the order of the head's rows and of the logits. At least one.</summary>
    public required ImmutableArray<string> ClassNames
    {
        get;
        init => field = [.. Check.NotEmpty(value.IsDefault ? [] : value, nameof(ClassNames))];
    }

    /// <summary>Length E of the image encoder's features. At least 1.</summary>
    public required int EmbeddingDimension { get; init => field = Check.AtLeast(value, 1); }

    /// <summary>The image encoder's shape.</summary>
    public required VisionConfig Vision { get; init => field = value ?? throw new ArgumentNullException(nameof(Vision)); }

    /// <summary>How images become pixels.</summary>
    [JsonPropertyName("preprocessing")] // its name in the files
    public required ClipPreprocessor Preprocessor { get; init => field = value ?? throw new ArgumentNullException(nameof(Preprocessor)); }

    /// <summary>The prompt templates that the zero-shot head was made of. Null (the default) where that is not known, as in
    /// files of earlier versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<string>? Templates { get; init; }

    /// <summary>The family of models that the image encoder belongs to.</summary>
    internal ModelFamily Family => ModelFamily.Of(Vision);
}

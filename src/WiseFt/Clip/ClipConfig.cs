namespace WiseFt;

/// <summary>Architecture of a CLIP model: everything that its weights' shapes and its forward pass depend on.</summary>
public sealed record ClipConfig
{
    /// <summary>Length of the vectors in which images and texts are compared.</summary>
    public required int EmbeddingDimension { get; init => field = Check.AtLeast(value, 1); }

    /// <summary>The image encoder.</summary>
    public required VisionConfig Vision { get; init; }

    /// <summary>The text encoder.</summary>
    public required TextConfig Text { get; init; }
}

namespace WiseFt.Onnx;

/// <summary>Settings of <see cref="OnnxExporter"/>. Immutable; vary with <c>with</c>.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>What the model takes as its image.</summary>
    /// <value>Default <see cref="OnnxImageInput.Pixels"/>: the scores are then the classifier's own.</value>
    public OnnxImageInput ImageInput { get; init => field = Check.Defined(value); } = OnnxImageInput.Pixels;

    /// <summary>The image encoder's floating-point type.</summary>
    /// <value>Default <see cref="OnnxPrecision.Fp32"/>.</value>
    public OnnxPrecision Precision { get; init => field = Check.Defined(value); } = OnnxPrecision.Fp32;

    /// <summary>Whether the <c>Score</c> column of ML.NET's <c>ApplyOnnxModel</c> shall have the class names as <c>SlotNames</c>.</summary>
    /// <value>
    /// Default true. The names lie in a node that computes nothing used, of the operator set <c>ai.onnx.ml</c>; false leaves it out, for
    /// runtimes that know the main operator set only.
    /// </value>
    public bool SlotNames { get; init; } = true;
}

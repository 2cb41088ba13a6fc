using System.Diagnostics.CodeAnalysis;
using WiseFt.Images;

namespace WiseFt.Onnx;

/// <summary>Settings of <see cref="OnnxExporter"/>. Immutable; vary with <c>with</c>.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>What the model takes as its image.</summary>
    /// <value>Default <see cref="OnnxImageInput.Pixels"/>: the scores are then the classifier's own.</value>
    public OnnxImageInput ImageInput { get; init => field = Check.Defined(value); } = OnnxImageInput.Pixels;

    /// <summary>The image encoder's floating-point type.</summary>
    /// <value>Default <see cref="OnnxPrecision.Float32"/>.</value>
    public OnnxPrecision Precision { get; init => field = Check.Defined(value); } = OnnxPrecision.Float32;

    /// <summary>Whether the <c>Score</c> column of ML.NET's <c>ApplyOnnxModel</c> shall have the class names as <c>SlotNames</c>.</summary>
    /// <value>
    /// Default true. The names lie in a node that computes nothing used, of the operator set <c>ai.onnx.ml</c>; false leaves it out, for
    /// runtimes that know the main operator set only.
    /// </value>
    public bool SlotNames { get; init; } = true;
}

/// <summary>What an exported model takes as its image.</summary>
public enum OnnxImageInput
{
    /// <summary>
    /// <c>pixel_values</c>, float32 (batch, 3, R, R), normalised: what <see cref="ClipPreprocessor"/> makes.
    /// Same scores as the classifier itself.
    /// </summary>
    Pixels,

    /// <summary>
    /// <c>image</c>, uint8 (batch, height, width, 3), RGB as decoders give it, of any size: resizing, cropping, division by 255 and
    /// normalisation are part of the graph, so that a program in another language needs nothing but a decoder.
    /// </summary>
    RgbBytes,
}

/// <summary>The floating-point type in which an exported image encoder holds its weights and computes.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "It is the field's name.")]
public enum OnnxPrecision
{
    /// <summary>float32.</summary>
    Float32,

    /// <summary>
    /// float16: half the file. Inputs, outputs, normalisation of pixels and features, and the head stay float32. Fast on GPUs; a CPU
    /// without float16 arithmetic computes in float32 after converting.
    /// </summary>
    Float16,
}

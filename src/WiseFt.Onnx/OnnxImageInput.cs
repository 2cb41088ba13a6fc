using WiseFt.Images;

namespace WiseFt.Onnx;

/// <summary>What an exported model takes as its image.</summary>
public enum OnnxImageInput
{
    /// <summary>
    /// <c>pixel_values</c>, float32 (batch, 3, R, R), normalised: what <see cref="ClipPreprocessor"/> makes. Same scores as the classifier itself.
    /// </summary>
    Pixels,

    /// <summary>
    /// <c>image</c>, uint8 (batch, height, width, 3), RGB as decoders give it, of any size: resizing, cropping, division by 255 and
    /// normalisation are part of the graph, so that a program in another language needs nothing but a decoder.
    /// </summary>
    RgbBytes,
}

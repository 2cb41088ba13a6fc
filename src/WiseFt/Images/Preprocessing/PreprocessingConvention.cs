namespace WiseFt.Images;

/// <summary>Whose details to follow where they differ: when an image becomes RGB, and where the middle of an odd margin lies.</summary>
public enum PreprocessingConvention
{
    /// <summary>
    /// OpenAI's CLIP code and open_clip: resize in the file's own mode (palette and bilevel images by nearest neighbour, colours weighted by
    /// alpha), then to RGB; the crop begins at round((h - size) / 2), halves to even. Published accuracies are measured this way.
    /// </summary>
    OpenAI,

    /// <summary>Hugging Face's CLIPImageProcessor: to RGB first, alpha dropped; the crop begins at floor((h - size) / 2).</summary>
    HuggingFace,
}

namespace WiseFt.Images;

/// <summary>How an image of any shape becomes a square. The names are open_clip's.</summary>
public enum ResizeMode
{
    /// <summary>The shorter side becomes the square's, the middle is cut out. CLIP's choice.</summary>
    Shortest,

    /// <summary>The longer side becomes the square's, the rest is filled with <see cref="ClipPreprocessor.FillColor"/>.</summary>
    Longest,

    /// <summary>Both sides become the square's; the aspect ratio is lost. SigLIP's choice.</summary>
    Squash,
}

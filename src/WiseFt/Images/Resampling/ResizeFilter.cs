namespace WiseFt.Images;

/// <summary>How pixels are computed on resizing: Pillow's filters. All but nearest neighbour widen with the reduction (antialiasing).</summary>
public enum ResizeFilter
{
    /// <summary>Cubic convolution with a = -0.5. CLIP's choice.</summary>
    Bicubic,

    /// <summary>Linear, a triangle.</summary>
    Bilinear,

    /// <summary>The nearest source pixel.</summary>
    Nearest,

    /// <summary>The mean of the source pixels under the target pixel.</summary>
    Box,

    /// <summary>A raised cosine window of one lobe.</summary>
    Hamming,

    /// <summary>A sinc of three lobes.</summary>
    Lanczos,
}

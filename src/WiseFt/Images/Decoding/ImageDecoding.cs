namespace WiseFt.Images;

/// <summary>Limits and choices of decoding. Immutable; vary with <c>with</c>.</summary>
public sealed record ImageDecoding
{
    /// <summary>The defaults: Pillow's pixel limit, orientation tags ignored as Pillow ignores them.</summary>
    public static ImageDecoding Default { get; } = new();

    /// <summary>The most pixels (width * height) an image may have, checked in its header before anything is decoded.</summary>
    /// <value>1 to 500,000,000. Default 178,956,970: above it Pillow refuses an image as a decompression bomb.</value>
    public long MaxPixels { get; init => field = Check.InRange(value, 1, 500_000_000); } = 178_956_970;

    /// <summary>The most bytes an image file may have, checked before it is read.</summary>
    /// <value>1 to 2,147,483,591 (the longest array). Default 1 GiB.</value>
    public long MaxFileBytes { get; init => field = Check.InRange(value, 1, 2_147_483_591); } = 1L << 30;

    /// <summary>Whether a photograph is turned upright by its EXIF orientation tag.</summary>
    /// <value>Default false: OpenAI's preprocessing and Pillow leave it as stored, so published accuracies are measured that way.</value>
    public bool HonourExifOrientation { get; init; }
}

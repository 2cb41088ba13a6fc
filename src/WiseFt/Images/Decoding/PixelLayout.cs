namespace WiseFt.Images;

/// <summary>What the interleaved bytes of an image mean until it is turned into RGB, which Pillow does after resizing.</summary>
internal enum PixelLayout
{
    /// <summary>Three bytes a pixel.</summary>
    Rgb,

    /// <summary>Four bytes a pixel, alpha last and not multiplied in. Resized with the colours weighted by alpha, as Pillow does.</summary>
    Rgba,

    /// <summary>Four bytes a pixel, 0 = no ink. Resized as four inks.</summary>
    Cmyk,
}

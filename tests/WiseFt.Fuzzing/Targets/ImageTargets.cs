using WiseFt.Images;
using WiseFt.Tests;

namespace WiseFt.Fuzzing;

/// <summary>Image files, decoded and preprocessed.</summary>
internal static class ImageTargets
{
    // A few bytes may describe any number of pixels; the caller says how many are let in.
    private static readonly ImageDecoding _decoding = new() { MaxPixels = 1 << 20 };

    private static readonly ClipPreprocessor _preprocessor = new() { Resolution = 32, Decoding = _decoding };

    public static IEnumerable<FuzzTarget> All =>
    [
        Of(
            "png", "PNG", ["IHDR", "PLTE", "IDAT", "tRNS", "IEND"], "rgb-33x47.png", "grayalpha-70x50.png", "palette-160x120.png",
            "bilevel-90x90.png", "gray16-80x60.png", "one-1x1.png") with
        {
            Repair = PngChecksums.Repair,
        },
        Of(
            "jpeg", "JPEG", ["\u00ff\u00d8", "\u00ff\u00c0", "\u00ff\u00da", "Adobe", "Exif\0\0"], "gray-320x240.jpg", "cmyk-120x160.jpg",
            "exif-rotated-300x200.jpg", "progressive-401x299.jpg"),
        Of("gif", "GIF", ["GIF89a", "!\u00f9\u0004", ",", ";"], "still-100x80.gif"),
        Of("bmp", "BMP", ["BM", "\0\0\0("], "rgb-130x97.bmp"),
        Of("webp", "WebP", ["RIFF", "WEBP", "VP8 ", "VP8L", "VP8X", "ALPH"], "lossless-150x110.webp"),
    ];

    private static FuzzTarget Of(string name, string reads, string[] words, params string[] images) =>
        new(name, reads, () => [.. images.Select(i => File.ReadAllBytes(Fixtures.Path($"images/{i}")))], Read, typeof(ImageException))
        {
            Words = words,
            Allowance = 32 * _decoding.MaxPixels, // pixels as RGBA, as RGB, and once more on the way
        };

    private static void Read(byte[] content, string folder)
    {
        RgbImage image = ImageSource.FromBytes(content, "fuzzed").Decode(_decoding);
        _preprocessor.Preprocess(image, new float[3 * _preprocessor.Resolution * _preprocessor.Resolution]);
    }
}

using CsCheck;
using WiseFt.Images;

namespace WiseFt.Tests;

public sealed class ResamplerTests
{
    private static readonly Gen<(int W, int H, int W2, int H2, int Channels, ResizeFilter Filter, int Seed)> _resizes = Gen.Select(
        Gen.Int[1, 60], Gen.Int[1, 60], Gen.Int[1, 70], Gen.Int[1, 70], Gen.Int[3, 4], Gen.Enum<ResizeFilter>(), Gen.Int[0, 1000]);

    [Fact]
    public void Resize_WithAndWithoutVectorInstructions_GivesEqualBytes() => _resizes.Sample(c =>
    {
        byte[] pixels = Noise(c.W * c.H * c.Channels, c.Seed);
        byte[] plain = Resize(pixels, c.W, c.H, c.Channels, c.W2, c.H2, c.Filter, false);
        return plain.AsSpan().SequenceEqual(Resize(pixels, c.W, c.H, c.Channels, c.W2, c.H2, c.Filter, true));
    }, iter: 2000);

    [Fact]
    public void Resize_OfAConstantImage_StaysConstant() => _resizes.Sample(c =>
    {
        byte[] pixels = new byte[c.W * c.H * c.Channels];
        pixels.AsSpan().Fill((byte)(c.Seed % 256));
        return !Resize(pixels, c.W, c.H, c.Channels, c.W2, c.H2, c.Filter, true).AsSpan().ContainsAnyExcept((byte)(c.Seed % 256));
    }, iter: 1000);

    [Fact]
    public void Resize_ToTheSameSize_IsTheSameImage() => _resizes.Sample(c =>
    {
        byte[] pixels = Noise(c.W * c.H * c.Channels, c.Seed);
        return Resize(pixels, c.W, c.H, c.Channels, c.W, c.H, c.Filter, true).AsSpan().SequenceEqual(pixels);
    }, iter: 300);

    [Fact]
    public void Resize_OfAWindow_IsThatPartOfTheWhole() => _resizes.Sample(c =>
    {
        byte[] pixels = Noise(c.W * c.H * c.Channels, c.Seed);
        byte[] whole = Resize(pixels, c.W, c.H, c.Channels, c.W2, c.H2, c.Filter, true);
        Random random = new(c.Seed);
        int left = random.Next(c.W2), top = random.Next(c.H2);
        CropBox window = new(left, top, 1 + random.Next(c.W2 - left), 1 + random.Next(c.H2 - top));
        byte[] part = new byte[window.Width * window.Height * c.Channels];
        Resampler.Resize(View(pixels, c.W, c.H, c.Channels), c.W2, c.H2, window, c.Filter, part);
        for (int y = 0; y < window.Height; y++)
            if (!part.AsSpan(y * window.Width * c.Channels, window.Width * c.Channels)
                .SequenceEqual(whole.AsSpan(((top + y) * c.W2 + left) * c.Channels, window.Width * c.Channels))) return false;
        return true;
    }, iter: 2000);

    [Fact]
    public void Resize_OfAVeryTallImageMadeSmaller_DoesTheVerticalPassFirst()
    {
        const int H = 301, H2 = 60;
        byte[] pixels = Noise(2 * H * 3, 3);
        byte[] rows = Resize(pixels, 2, H, 3, 2, H2, ResizeFilter.Bicubic, true);
        byte[] expected = Resize(rows, 2, H2, 3, 5, H2, ResizeFilter.Bicubic, true);

        Resize(pixels, 2, H, 3, 5, H2, ResizeFilter.Bicubic, true).Should().Equal(expected);
    }

    [Fact]
    public void Resize_TwoPixelsToFourBicubic_MatchesTheFormulaByHand()
    {
        // Target 0 has its centre at 0.25: weights w(0.25) = 0.8671875 and w(1.25) = -0.0703125, over their sum 1.088235 and -0.088235.
        // Target 1 has its centre at 0.75: weights w(0.25) = 0.8671875 and w(0.75) = 0.2265625, over their sum 0.792857 and 0.207143.
        byte[] result = Resize([0, 0, 0, 100, 100, 100], 2, 1, 3, 4, 1, ResizeFilter.Bicubic, true);

        result.Where((_, i) => i % 3 == 0).Should().Equal(0, 21, 79, 109);
    }

    private static byte[] Resize(byte[] pixels, int w, int h, int channels, int w2, int h2, ResizeFilter filter, bool vectorised)
    {
        byte[] target = new byte[w2 * h2 * channels];
        Resampler.Resize(View(pixels, w, h, channels), w2, h2, new CropBox(0, 0, w2, h2), filter, target, vectorised);
        return target;
    }

    private static PixelView View(byte[] pixels, int w, int h, int channels) =>
        new(pixels, w * channels, w, h, channels == 3 ? PixelLayout.Rgb : PixelLayout.Rgba);

    private static byte[] Noise(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}

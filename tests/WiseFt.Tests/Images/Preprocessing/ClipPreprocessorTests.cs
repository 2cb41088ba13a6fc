using System.Text.Json;
using WiseFt.Images;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class ClipPreprocessorTests
{
    private static readonly RgbImage _image = Gradient(50, 40);

    [Fact]
    public void Preprocess_IsPixelsNormalisedAsTorchDoes()
    {
        ClipPreprocessor preprocessor = new() { Resolution = 16 };
        float[] values = new float[3 * 16 * 16];

        preprocessor.Preprocess(_image, values);

        using var scope = NewDisposeScope();
        Tensor pixels = tensor(preprocessor.ToPixels(_image), [3, 16, 16]).to(float32).div_(255);
        Tensor mean = tensor([0.48145466f, 0.4578275f, 0.40821073f]).view(3, 1, 1);
        Tensor deviation = tensor([0.26862954f, 0.26130258f, 0.27577711f]).view(3, 1, 1);
        values.Should().Equal(pixels.sub_(mean).div_(deviation).data<float>().ToArray());
    }

    [Fact]
    public void Load_OfSeveralImages_KeepsTheirOrder()
    {
        ClipPreprocessor preprocessor = new() { Resolution = 8, Mean = [0, 0, 0], StandardDeviation = [1, 1, 1] };
        var images = Enumerable.Range(0, 50).Select(i => ImageSource.FromRgb(Constant(3 + i, 5, (byte)(i * 5)), $"image {i}")).ToList();

        using Tensor pixels = preprocessor.Load(images);

        pixels.shape.Should().Equal(50, 3, 8, 8);
        pixels.dtype.Should().Be(ScalarType.Float32);
        float[] values = pixels.data<float>().ToArray();
        for (int i = 0; i < 50; i++) values.AsSpan(i * 192, 192).ContainsAnyExcept(i * 5 / 255f).Should().BeFalse();
    }

    [Fact]
    public void Load_OfNothing_IsAnEmptyBatch()
    {
        using Tensor pixels = new ClipPreprocessor { Resolution = 8 }.Load(Array.Empty<string>());

        pixels.shape.Should().Equal(0, 3, 8, 8);
    }

    [Fact]
    public void Load_WhenCancelled_Throws()
    {
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();

        FluentActions.Invoking(() => new ClipPreprocessor().Load([ImageSource.FromRgb(_image, "x")], cancelled.Token))
            .Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void PreprocessCrop_OfTheWholeSquareImage_IsPreprocess()
    {
        ClipPreprocessor preprocessor = new() { Resolution = 16 };
        RgbImage square = Gradient(40, 40);
        float[] whole = new float[768], crop = new float[768];

        preprocessor.Preprocess(square, whole);
        preprocessor.PreprocessCrop(square, new CropBox(0, 0, 40, 40), crop);

        crop.Should().Equal(whole);
    }

    [Theory, InlineData(-1, 0, 10, 10), InlineData(0, 0, 51, 10), InlineData(0, 31, 10, 10), InlineData(0, 0, 0, 10),
        InlineData(1, 0, int.MaxValue, 1)]
    public void PreprocessCrop_OutsideTheImage_IsRefused(int left, int top, int width, int height) =>
        new ClipPreprocessor().Invoking(p => p.PreprocessCrop(_image, new CropBox(left, top, width, height), new float[3 * 224 * 224]))
            .Should().Throw<ArgumentException>().WithMessage("*not inside the image of 50 x 40*");

    [Fact]
    public void Preprocess_IntoTooShortADestination_SaysWhatIsExpected() =>
        new ClipPreprocessor().Invoking(p => p.Preprocess(_image, new float[10]))
            .Should().Throw<ArgumentException>().WithMessage("*10 floats; expected 3 * 224 * 224 = 150528*");

    [Fact]
    public void ToPixels_OfExtremeStrips_Works()
    {
        ClipPreprocessor preprocessor = new();
        foreach (RgbImage strip in (RgbImage[])[Constant(1, 5000, 77), Constant(5000, 1, 77), new(
            1, 9000, Constant(1, 9000, 77).Pixels, nearestResize: true)])
            preprocessor.ToPixels(strip).AsSpan().ContainsAnyExcept((byte)77).Should().BeFalse();
    }

    [Fact]
    public void ShorterSide_BelowTheResolution_IsRefused() =>
        new ClipPreprocessor { Resolution = 32, ShorterSide = 16 }.Invoking(p => p.ToPixels(_image))
            .Should().Throw<InvalidOperationException>();

    [Fact]
    public void Properties_OutOfRange_AreRefused()
    {
        FluentActions.Invoking(() => new ClipPreprocessor { Resolution = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new ClipPreprocessor { Mean = [0, 0] }).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new ClipPreprocessor { Mean = default }).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new ClipPreprocessor { StandardDeviation = [1, 1, 0] }).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new ClipPreprocessor { StandardDeviation = [1, 1, float.NaN] }).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new ClipPreprocessor { ResizeMode = (ResizeMode)9 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new RgbImage(2, 2, new byte[11])).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Preprocessor_ThroughJson_IsEqual()
    {
        ClipPreprocessor preprocessor = new()
        {
            Resolution = 384,
            ShorterSide = 400,
            Mean = [0.5f, 0.25f, 0.125f],
            ResizeMode = ResizeMode.Squash,
            ResizeFilter = ResizeFilter.Bilinear,
            Convention = PreprocessingConvention.HuggingFace, FillColor = 7, Decoding = new ImageDecoding { HonourExifOrientation = true },
        };

        var back = JsonSerializer.Deserialize<ClipPreprocessor>(JsonSerializer.Serialize(preprocessor));

        back.Should().Be(preprocessor).And.NotBe(new ClipPreprocessor());
        back!.GetHashCode().Should().Be(preprocessor.GetHashCode());
    }

    private static RgbImage Gradient(int width, int height) =>
        new(width, height, [.. Enumerable.Range(0, width * height * 3).Select(i => (byte)(i * 7 % 251))]);

    private static RgbImage Constant(int width, int height, byte level)
    {
        byte[] pixels = new byte[width * height * 3];
        pixels.AsSpan().Fill(level);
        return new RgbImage(width, height, pixels);
    }
}

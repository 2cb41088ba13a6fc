using WiseFt.Models;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class VisionTransformerTests
{
    private const double Cubic = -0.5; // Pillow's and antialiased torch's parameter

    [Theory]
    [InlineData(4, 6)]
    [InlineData(4, 7)]
    [InlineData(7, 3)]
    [InlineData(5, 1)]
    [InlineData(2, 9)]
    public void ResizePositions_Grid_IsTheAntialiasedCubicConvolution(int old, int side)
    {
        const int width = 3;
        var random = new Random(7);
        float[] values = [.. Enumerable.Range(0, (1 + old * old) * width).Select(_ => (float)(random.NextDouble() * 2 - 1))];
        using Tensor embedding = tensor(values).view(1 + old * old, width);
        using Tensor resized = VisionTransformer.ResizePositions(embedding, side);
        resized.shape.Should().Equal(1 + side * side, width);
        float[] actual = resized.data<float>().ToArray();
        actual[..width].Should().Equal(values[..width], "the class token stays");
        double[,] weights = Weights(old, side);
        for (int y = 0; y < side; y++)
            for (int x = 0; x < side; x++)
                for (int c = 0; c < width; c++)
                {
                    double expected = 0;
                    for (int i = 0; i < old; i++)
                        for (int j = 0; j < old; j++)
                            expected += weights[y, i] * weights[x, j] * values[(1 + i * old + j) * width + c];
                    actual[(1 + y * side + x) * width + c].Should().BeApproximately((float)expected, 1e-5f);
                }
    }

    [Theory]
    [InlineData("hf-quickgelu", 48)]
    [InlineData("openai-vit", 16)]
    public void Load_AtAnotherResolution_TakesImagesOfThatSize(string name, int resolution)
    {
        using var golden = new GoldenModel(name);
        using ClipModel original = ClipModel.Load(golden.Folder), resized = ClipModel.Load(golden.Folder, resolution: resolution);
        resized.Preprocessor.Resolution.Should().Be(resolution);
        resized.Config.Vision.TokenCount.Should().Be(resolution / 8 * (resolution / 8) + 1);
        using Tensor pixels = resized.Preprocessor.Load(golden.Images), features = resized.EncodeImage(pixels),
            expected = original.EncodeImage(golden.Pixels());
        pixels.shape[^1].Should().Be(resolution);
        using Tensor similar = nn.functional.cosine_similarity(features, expected, 1).min();
        similar.item<float>().Should().BeGreaterThan(0.5f, "it is the same picture seen by the same encoder");
    }

    [Fact]
    public void Load_AtItsOwnResolution_ChangesNothing()
    {
        using var golden = new GoldenModel("hf-quickgelu");
        using ClipModel clip = ClipModel.Load(golden.Folder, resolution: 32);
        golden.Measure(clip).ShouldBeWithinTolerance();
    }

    [Fact]
    public void Load_ModifiedResNetAtAnotherResolution_IsRefused() =>
        FluentActions.Invoking(() => ClipModel.Load(Fixtures.Path("models/openai-resnet"), resolution: 96))
            .Should().Throw<ArgumentException>().WithMessage("*96*ModifiedResNet for 64*");

    [Theory]
    [InlineData(7)]
    [InlineData(0)]
    [InlineData(5000)]
    public void Load_AtAnImpossibleResolution_IsRefused(int resolution) =>
        FluentActions.Invoking(() => ClipModel.Load(Fixtures.Path("models/hf-quickgelu"), resolution: resolution))
            .Should().Throw<ArgumentException>();

    // Row y holds the share that each of the old positions has in the new position y: written down from the definition, in float64.
    private static double[,] Weights(int old, int side)
    {
        var weights = new double[side, old];
        double scale = (double)old / side, support = 2 * Math.Max(scale, 1);
        for (int y = 0; y < side; y++)
        {
            double centre = (y + 0.5) * scale, sum = 0;
            int first = Math.Max((int)(centre - support + 0.5), 0), last = Math.Min((int)(centre + support + 0.5), old);
            for (int i = first; i < last; i++) sum += weights[y, i] = Kernel((i - centre + 0.5) / Math.Max(scale, 1));
            for (int i = first; i < last; i++) weights[y, i] /= sum;
        }
        return weights;
    }

    private static double Kernel(double x)
    {
        x = Math.Abs(x);
        return x < 1 ? ((Cubic + 2) * x - (Cubic + 3)) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * Cubic : 0;
    }
}

using CsCheck;
using WiseFt.Images;

namespace WiseFt.Tests;

public sealed class RandomResizedCropTests
{
    [Fact]
    public void Draw_OfAnySize_LiesInsideTheImage() =>
        Gen.Select(Gen.Int[1, 900], Gen.Int[1, 900], Gen.Double[0.01, 1.0], Gen.Int).Sample((w, h, scale, seed) =>
        {
            var box = new RandomResizedCrop { ScaleMin = scale * 0.5, ScaleMax = scale }.Draw(w, h, new Random(seed));
            return box.Width >= 1 && box.Height >= 1 && box.Left >= 0 && box.Top >= 0 && box.Left + box.Width <= w
                && box.Top + box.Height <= h;
        });

    [Fact]
    public void Draw_OfAnOrdinaryImage_KeepsAreaAndRatioWithinBounds()
    {
        RandomResizedCrop crop = new() { ScaleMin = 0.2, ScaleMax = 0.5 };
        Random random = new(1);
        for (int i = 0; i < 2000; i++)
        {
            var box = crop.Draw(800, 600, random);
            ((double)box.Width * box.Height / (800 * 600)).Should().BeInRange(0.195, 0.505);
            ((double)box.Width / box.Height).Should().BeInRange(0.745, 1.34);
        }
    }

    [Fact]
    public void Draw_ManyTimes_ReachesEveryCornerAndIsUniformInLogRatio()
    {
        RandomResizedCrop crop = new() { ScaleMin = 0.3, ScaleMax = 0.3 };
        Random random = new(2);
        var boxes = Enumerable.Range(0, 4000).Select(_ => crop.Draw(200, 200, random)).ToList();

        boxes.Should().Contain(b => b.Left == 0).And.Contain(b => b.Top == 0).And.Contain(b => b.Left + b.Width == 200).And.Contain(b =>
            b.Top + b.Height == 200);
        boxes.Average(b => Math.Log((double)b.Width / b.Height)).Should().BeApproximately(0, 0.01);
    }

    [Fact]
    public void Draw_OfAStrip_FallsBackToTheLargestCentredCrop()
    {
        new RandomResizedCrop().Draw(900, 3, new Random(0)).Should().Be(new CropBox(448, 0, 4, 3));
        new RandomResizedCrop().Draw(3, 900, new Random(0)).Should().Be(new CropBox(0, 448, 3, 4));
    }

    [Fact]
    public void Draw_WithTheSameSeed_IsTheSame()
    {
        new RandomResizedCrop().Draw(500, 375, new Random(5)).Should().Be(new RandomResizedCrop().Draw(500, 375, new Random(5)));
    }

    [Fact]
    public void Draw_WithMinimumAboveMaximum_SaysSo() =>
        new RandomResizedCrop { ScaleMin = 1, ScaleMax = 0.5 }.Invoking(c => c.Draw(8, 8, new Random(0)))
            .Should().Throw<InvalidOperationException>().WithMessage("*[1, 0.5]*minimum*");

    [Theory, InlineData(0), InlineData(-1), InlineData(1.01), InlineData(double.NaN)]
    public void ScaleMin_OutOfRange_IsRefused(double value) =>
        FluentActions.Invoking(() => new RandomResizedCrop { ScaleMin = value }).Should().Throw<ArgumentOutOfRangeException>();
}

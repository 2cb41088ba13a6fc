using SkiaSharp;
using WiseFt.Classification;
using WiseFt.Explanation;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class OcclusionTests
{
    [Theory, InlineData("starter-clip"), InlineData("openai-resnet")]
    public void Explain_WhereOnlyOneCornerHasAnything_PointsAtIt(string name)
    {
        using SmallRun run = SmallRun.Of(name, FineTuningMode.EndToEnd);
        ImageClassifier model = run.ZeroShot;
        int side = model.Preprocessor.Resolution, quarter = side / 4;
        using Tensor blank = zeros(1, 3, side, side), pixels = blank.clone(); // what a patch leaves everywhere
        using (Tensor corner = pixels.narrow(2, side - quarter, quarter).narrow(3, 0, quarter)) Fill(corner);
        float[] with = Probabilities(model, pixels), without = Probabilities(model, blank);
        int k = Enumerable.Range(0, with.Length).MaxBy(i => with[i] - without[i]);

        OcclusionMap map = Explain(model, pixels, model.ClassNames[k], new() { Window = quarter, Stride = quarter });

        (map.Rows, map.Columns, map.ClassName, map.Probability).Should().Be((4, 4, model.ClassNames[k], with[k]));
        map.Drops.IndexOf(map.Drops.Max()).Should().Be(12, "that is the cell at the bottom on the left");
        map[3, 0].Should().BeApproximately(with[k] - without[k], 1e-6f).And.BePositive();
        map.Drops.Where((_, cell) => cell != 12).Should().OnlyContain(drop => Math.Abs(drop) < 1e-6);
    }

    [Fact]
    public void Explain_ByHand_IsTheMeanDropOfThePatchesOverACell()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        ImageClassifier model = run.ZeroShot;
        using Tensor pixels = model.Preprocessor.Load([run.Training.Images[0]]);
        int side = model.Preprocessor.Resolution, half = side / 2, quarter = side / 4;
        float[] whole = Probabilities(model, pixels);
        int k = Array.IndexOf(whole, whole.Max());
        float[] drops = [.. from top in new[] { 0, quarter, half } from left in new[] { 0, quarter, half } select Drop(top, left)];

        OcclusionMap map = Occlusion.Explain(
            model, run.Training.Images[0], options: new() { Window = half, Stride = quarter, BatchSize = 2 });

        (map.ClassName, map.Rows).Should().Be((model.ClassNames[k], 4));
        map[0, 0].Should().BeApproximately(drops[0], 1e-5f);
        map[0, 1].Should().BeApproximately((drops[0] + drops[1]) / 2, 1e-5f);
        map[3, 3].Should().BeApproximately(drops[8], 1e-5f);
        map[1, 2].Should().BeApproximately((drops[1] + drops[2] + drops[4] + drops[5]) / 4, 1e-5f);

        float Drop(int top, int left)
        {
            using Tensor covered = pixels.clone();
            using (Tensor patch = covered.narrow(2, top, half).narrow(3, left, half)) patch.zero_();
            return whole[k] - Probabilities(model, covered)[k];
        }
    }

    [Theory, InlineData(null, null), InlineData(13, 5), InlineData(1, 1)]
    public void Explain_OfAnyWindow_CoversEveryPixel(int? window, int? stride)
    {
        using SmallRun run = SmallRun.Of("openai-resnet", FineTuningMode.EndToEnd);

        OcclusionMap map = Occlusion.Explain(run.ZeroShot, run.Training.Images[0], options: new() { Window = window, Stride = stride });

        map.Drops.Should().HaveCount(map.Rows * map.Columns).And.OnlyContain(drop => float.IsFinite(drop));
        (map.Rows * map.Stride).Should().BeInRange(map.Side, map.Side + map.Stride - 1);
    }

    [Fact]
    public void ToPng_OfACorner_IsRedThereAndGreyElsewhere()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        using Tensor pixels = run.ZeroShot.Preprocessor.Load([run.Training.Images[0]]);
        OcclusionMap map = Explain(run.ZeroShot, pixels, null, new() { Window = 16, Stride = 16 });
        OcclusionMap corner = map with { Drops = [.. Enumerable.Range(0, 16).Select(cell => cell == 3 ? 0.4f : 0)] };

        using SKBitmap picture = SKBitmap.Decode(corner.ToPng());

        (picture.Width, picture.Height).Should().Be((448, 448));
        SKColor red = picture.GetPixel(440, 8), grey = picture.GetPixel(8, 440);
        (red.Red - red.Green).Should().BeGreaterThan(80);
        (grey.Red, grey.Green).Should().Be((grey.Blue, grey.Blue));
    }

    [Fact]
    public void Explain_WhatDoesNotFit_SaysWhatIsExpected()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        void Refused(string? className, OcclusionOptions options, string expected) =>
            FluentActions.Invoking(() => Occlusion.Explain(run.ZeroShot, run.Training.Images[0], className, options))
                .Should().Throw<ArgumentException>().WithMessage(expected);

        Refused("dog", new(), "'dog' is no class of the model*'hand', 'mammal', 'vehicle'*");
        Refused(null, new() { Window = 64 }, "Window is 64, and the model sees 64 x 64*");
        Refused(null, new() { Window = 8, Stride = 9 }, "Stride is 9 and Window 8, which leaves gaps*");
        FluentActions.Invoking(() => new OcclusionOptions { Stride = 0 }).Should().Throw<ArgumentException>().WithMessage("Stride is 0*");
    }

    private static OcclusionMap Explain(ImageClassifier model, Tensor pixels, string? className, OcclusionOptions options) =>
        Occlusion.Explain(model, pixels, className, options, null, null, CancellationToken.None);

    private static float[] Probabilities(ImageClassifier model, Tensor pixels) => ImageScorer.Probabilities(model).Rows(pixels);

    private static void Fill(Tensor corner)
    {
        using Tensor noise = ones_like(corner);
        corner.copy_(noise);
    }
}

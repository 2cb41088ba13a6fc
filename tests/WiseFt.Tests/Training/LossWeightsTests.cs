using WiseFt.Images;

namespace WiseFt.Tests;

/// <summary>Weights of classes and images through whole training runs.</summary>
public sealed class LossWeightsTests
{
    private static readonly ClassWeights _classWeights =
        ClassWeights.Of(new Dictionary<string, double> { ["hand"] = 0.5, ["mammal"] = 3, ["vehicle"] = 1 });

    [Theory]
    [InlineData(FineTuningMode.EndToEnd, Precision.Float32, 1e-5)]
    [InlineData(FineTuningMode.LinearClassifier, Precision.Float32, 1e-5)]
    [InlineData(FineTuningMode.EndToEnd, Precision.BFloat16, 2e-2)]
    public void Run_InPartsOfABatch_HasTheGradientOfTheWhole(FineTuningMode mode, Precision precision, double tolerance)
    {
        using SmallRun run = SmallRun.Of("starter-clip", mode);
        LabelledImages weighted = Weighted(run.Training, i => 0.25f * (1 + i % 5));
        FineTuningOptions options = run.Options with { ClassWeights = _classWeights, Precision = precision };

        FineTuningStep[] whole = Steps(run, weighted, options with { MicroBatchSize = 4 }),
            parts = Steps(run, weighted, options with { MicroBatchSize = 1 });

        parts.Should().HaveCount(10);
        parts.Zip(whole, (p, w) => Math.Abs(p.Loss - w.Loss) / w.Loss).Should().OnlyContain(difference => difference < tolerance);
        parts.Zip(whole, (p, w) => Math.Abs(p.GradientNorm - w.GradientNorm) / w.GradientNorm)
            .Should().OnlyContain(difference => difference < tolerance);
    }

    [Fact]
    public void Run_ImageThatCountsTwice_IsThatImageTwice()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);
        FineTuningOptions options = run.Options with { BatchSize = 100, Shuffle = false };
        LabelledImages twice = run.Training.Only([.. Enumerable.Range(0, 17), 3, 16]);

        FineTuningStep[] weighted = Steps(run, Weighted(run.Training, i => i is 3 or 16 ? 2 : 1), options),
            repeated = Steps(run, twice, options);

        weighted.Select(s => s.Loss).Zip(repeated.Select(s => s.Loss), (a, b) => Math.Abs(a - b)).Should().OnlyContain(d => d < 1e-5);
        weighted[0].GradientNorm.Should().BeApproximately(repeated[0].GradientNorm, 1e-5);
    }

    [Fact]
    public void Run_WeightsOfOne_ChangeNothing()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);
        ClassWeights ones = ClassWeights.Of(SmallRun.ClassNames.ToDictionary(name => name, _ => 1.0));

        Steps(run, Weighted(run.Training, _ => 1), run.Options with { ClassWeights = ones }).Zip(Steps(run, run.Training, run.Options))
            .Should().OnlyContain(s => Math.Abs(s.First.Loss - s.Second.Loss) < 1e-5);
    }

    [Fact]
    public void Run_ABatchThatCountsNothing_IsAStepWithoutALoss()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);
        List<FineTuningStep> steps = [];

        using ImageClassifier model = FineTuner.Run(
            run.ZeroShot, Weighted(run.Training, i => i < 4 ? 0 : 1), run.Options with { Shuffle = false },
            new Reported<FineTuningStep>(steps.Add));

        (steps[0].Loss, steps[0].GradientNorm).Should().Be((0, 0));
        steps.Skip(1).Take(4).Should().OnlyContain(s => s.Loss > 0 && s.GradientNorm > 0);
    }

    [Fact]
    public void Run_WeightsThatLeaveOneClass_AreRefused()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);

        FluentActions.Invoking(() => FineTuner.Run(run.ZeroShot, Weighted(run.Training, i => i < 6 ? 1 : 0), run.Options))
            .Should().Throw<ArgumentException>().WithMessage("6 of 17 training images weigh more than 0*");
    }

    [Theory, InlineData(float.NaN), InlineData(-1f), InlineData(float.PositiveInfinity)]
    public void LabelledImages_WeightThatIsNone_NamesTheImage(float weight) =>
        FluentActions.Invoking(() => Weighted(SmallRun.Images(2), i => i == 2 ? weight : 1))
            .Should().Throw<ArgumentException>().WithMessage("Image 2 (*.png) weighs *");

    [Fact]
    public void LabelledImages_OfSome_KeepTheirWeights()
    {
        LabelledImages images = Weighted(SmallRun.Images(2), i => i);

        images.Only([3, 1]).ExampleWeights.Should().Equal(3, 1);
        images.WithClassNames(["vehicle", "mammal", "hand"]).ExampleWeights.Should().Equal(0, 1, 2, 3, 4);
        FluentActions.Invoking(() => new LabelledImages(images.ClassNames, images.Images, images.Labels) { ExampleWeights = [1] })
            .Should().Throw<ArgumentException>().WithMessage("There are 1 example weights and 5 images*");
    }

    private static LabelledImages Weighted(LabelledImages images, Func<int, float> weight) =>
        new(images.ClassNames, images.Images, images.Labels) { ExampleWeights = [.. Enumerable.Range(0, images.Count).Select(weight)] };

    private static FineTuningStep[] Steps(SmallRun run, LabelledImages training, FineTuningOptions options)
    {
        List<FineTuningStep> steps = [];
        FineTuner.Run(run.ZeroShot, training, options, new Reported<FineTuningStep>(steps.Add)).Dispose();
        return [.. steps];
    }
}

using WiseFt.Images;
using WiseFt.Training;

namespace WiseFt.Tests;

public sealed class ValidationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("starter-clip", FineTuningMode.EndToEnd)]
    [InlineData("starter-clip", FineTuningMode.LinearClassifier)]
    [InlineData("openai-resnet", FineTuningMode.EndToEnd)] // its batch normalisation gathers statistics in training mode
    public void Run_WithValidation_MeasuresEveryEpochAndChangesNoWeight(string model, FineTuningMode mode)
    {
        using SmallRun run = SmallRun.Of(model, mode);
        LabelledImages validation = SmallRun.Images(8);
        List<FineTuningStep> steps = [];

        using ImageClassifier plain = run.Train();
        using ImageClassifier validated = FineTuner.Run(
            run.ZeroShot, run.Training, run.Options, null, validation, new Reported<FineTuningStep>(steps.Add));

        SmallRun.AssertEqual(validated, plain);
        steps.Select(s => s.Validation is not null).Should().Equal([.. Enumerable.Range(1, 10).Select(step => step % 5 == 0)]);
        RobustnessReport report = AlphaSweep.Run(validated, validated, validation, [], [0]);
        steps[^1].Validation!.Accuracy.Should().Be(report.Results[0].Reference);
        steps[^1].Validation!.Count.Should().Be(validation.Count);
        steps[^1].Validation!.Loss.Should().BeApproximately(
            report.Results[0].Predictions[0].LabelProbabilities.Average(p => -Math.Log(p)), 1e-4);
    }

    [Theory, InlineData(5), InlineData(7)]
    public void Run_StoppedAndResumed_ReportsTheSameValidation(int stop)
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        LabelledImages validation = SmallRun.Images(8);
        var snapshots = new SnapshotOptions { Directory = _folder.At("checkpoints"), Resume = true };
        List<FineTuningStep> expected = [], resumed = [];
        FineTuner.Run(run.ZeroShot, run.Training, run.Options, null, validation, new Reported<FineTuningStep>(expected.Add)).Dispose();

        using (var cancel = new CancellationTokenSource())
            FluentActions.Invoking(() => FineTuner.Run(
                run.ZeroShot, run.Training, run.Options, snapshots, validation,
                new Reported<FineTuningStep>(step => { if (step.Step == stop - 1) cancel.Cancel(); }), cancel.Token))
                .Should().Throw<OperationCanceledException>();
        FineTuner.Run(run.ZeroShot, run.Training, run.Options, snapshots, validation, new Reported<FineTuningStep>(resumed.Add)).Dispose();

        resumed.Select(s => s with { Restored = false }).Should().Equal(expected);
    }

    [Fact]
    public void Run_StoppedInTheEpochsLastStep_MeasuresItWhenItGoesOn()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        var snapshots = new SnapshotOptions { Directory = _folder.At("checkpoints"), Resume = true };
        List<FineTuningStep> resumed = [];
        run.TrainUntil(5, snapshots); // without validation images: as if stopped before they were measured

        FineTuner.Run(
            run.ZeroShot, run.Training, run.Options, snapshots, SmallRun.Images(8), new Reported<FineTuningStep>(resumed.Add)).Dispose();

        resumed.Where(s => s.Validation is not null).Select(s => s.Step).Should().Equal(4, 9);
    }

    [Fact]
    public void Run_ValidationOfOtherClasses_IsRefused()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);
        var other = new LabelledImages(["cat", "dog"], run.Training.Images, [.. run.Training.Labels.Select(_ => 0)]);

        FluentActions.Invoking(() => FineTuner.Run(run.ZeroShot, run.Training, run.Options, null, other))
            .Should().Throw<ArgumentException>().WithMessage("*validation images*cat*");
    }

    [Fact]
    public void Split_OfClasses_KeepsEveryFifthAsideAndAtMostFifty()
    {
        int[] counts = [4, 5, 11, 400];
        int[] labels = [.. counts.SelectMany((count, label) => Enumerable.Repeat(label, count))];
        var images = new LabelledImages(
            ["a", "b", "c", "d"], [.. labels.Select((_, i) => ImageSource.FromFile($"{i}.png"))], labels);

        var (training, validation) = ValidationSplit.Of(images);

        validation!.Labels.CountBy(l => l).Select(c => (c.Key, c.Value)).Should().Equal((1, 1), (2, 2), (3, 50));
        (training.Count + validation.Count).Should().Be(images.Count);
        training.Images.Intersect(validation.Images).Should().BeEmpty();
        ValidationSplit.Of(images.Only([0, 1, 2, 3, 4])).Validation.Should().BeNull();
    }
}

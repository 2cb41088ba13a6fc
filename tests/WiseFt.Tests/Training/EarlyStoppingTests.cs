using WiseFt.Training;

namespace WiseFt.Tests;

public sealed class EarlyStoppingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(new[] { 0.5, 0.6, 0.6, 0.4 }, 2, 1, true)] // a tie is no gain, and the earlier epoch is kept
    [InlineData(new[] { 0.5, 0.6, 0.6, 0.4 }, 3, 1, false)]
    [InlineData(new[] { 0.5, 0.4, 0.7 }, 2, 2, false)]
    [InlineData(new[] { 0.5, 0.5 }, 1, 0, true)]
    [InlineData(new[] { 0.5 }, 1, 0, false)]
    public void EndsAfter_AccuraciesByEpoch_CountsThoseAfterTheFirstHighest(double[] accuracies, int patience, int kept, bool ends)
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);
        using var optimiser = new AdamW(run.ZeroShot.TrainableParameters(withEncoder: false), weightDecay: 0.1);
        using var state = new TrainingState(run.ZeroShot, optimiser, withEncoder: false, keepsBest: true);

        foreach (var (epoch, accuracy) in accuracies.Index())
        {
            EarlyStopping.EndsAfter(state.Trace, patience).Should().BeFalse();
            state.Add(Step(epoch, accuracy));
        }

        state.Trace[^1].KeptEpoch.Should().Be(kept);
        EarlyStopping.EndsAfter(state.Trace, patience).Should().Be(ends);
    }

    [Theory]
    [InlineData("starter-clip", FineTuningMode.EndToEnd)]
    [InlineData("starter-clip", FineTuningMode.LinearClassifier)]
    [InlineData("openai-resnet", FineTuningMode.EndToEnd)] // the statistics of its batch normalisation are of the epoch too
    public void Run_WithPatience_EndsWithTheWeightsOfTheKeptEpochOnTheScheduleOfAll(string model, FineTuningMode mode)
    {
        using SmallRun run = SmallRun.Of(model, mode);
        LabelledImages validation = SmallRun.Images(8);
        FineTuningOptions all = Harmful(run) with { Epochs = 6 }, early = all with { EarlyStoppingPatience = 2 };
        List<FineTuningStep> whole = [], stopped = [];

        FineTuner.Run(run.ZeroShot, run.Training, all, null, validation, new Reported<FineTuningStep>(whole.Add)).Dispose();
        using ImageClassifier best = FineTuner.Run(
            run.ZeroShot, run.Training, early, null, validation, new Reported<FineTuningStep>(stopped.Add));

        FineTuningStep[] epochs = [.. whole.Where(s => s.Validation is not null)];
        int kept = epochs.MaxBy(s => s.Validation!.Accuracy)!.Epoch;
        kept.Should().BeLessThan(5, "the rate is to do harm");
        stopped[^1].KeptEpoch.Should().Be(kept);
        stopped.Select(s => s with { KeptEpoch = null }).Should().Equal(whole.Take(stopped.Count), "the schedule is that of all epochs");
        stopped.Should().HaveCount(5 * Math.Min(6, kept + 3));
        RobustnessReport report = AlphaSweep.Run(best, best, validation, [], [0]);
        report.Results[0].Reference.Should().Be(epochs[kept].Validation!.Accuracy);
        report.Results[0].Predictions[0].LabelProbabilities.Average(p => -Math.Log(p))
            .Should().BeApproximately(epochs[kept].Validation!.Loss, 1e-4);
    }

    [Theory, InlineData(3), InlineData(5), InlineData(10), InlineData(12)]
    public void Run_StoppedAndResumed_KeepsTheSameEpoch(int stop)
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        LabelledImages validation = SmallRun.Images(8);
        FineTuningOptions options = Harmful(run) with { Epochs = 6, EarlyStoppingPatience = 2 };
        var snapshots = new SnapshotOptions { Directory = _folder.At("checkpoints"), Resume = true };
        List<FineTuningStep> expectedSteps = [], steps = [];
        using ImageClassifier expected = FineTuner.Run(
            run.ZeroShot, run.Training, options, null, validation, new Reported<FineTuningStep>(expectedSteps.Add));

        using (var cancel = new CancellationTokenSource())
            FluentActions.Invoking(() => FineTuner.Run(
                run.ZeroShot, run.Training, options, snapshots, validation,
                new Reported<FineTuningStep>(step => { if (step.Step == stop - 1) cancel.Cancel(); }), cancel.Token))
                .Should().Throw<OperationCanceledException>();
        FluentActions.Invoking(() => FineTuner.Run(run.ZeroShot, run.Training, options, snapshots, SmallRun.Images(7)))
            .Should().Throw<CheckpointException>().WithMessage("*the validation images, which decide*");
        using ImageClassifier resumed = FineTuner.Run(
            run.ZeroShot, run.Training, options, snapshots, validation, new Reported<FineTuningStep>(steps.Add));

        SmallRun.AssertEqual(resumed, expected);
        steps.Select(s => s with { Restored = false }).Should().Equal(expectedSteps);
    }

    [Fact]
    public void Run_WithoutValidationImages_SaysWhatToDo()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);

        FluentActions.Invoking(() => FineTuner.Run(run.ZeroShot, run.Training, run.Options with { EarlyStoppingPatience = 3 }))
            .Should().Throw<ArgumentException>().WithMessage("EarlyStoppingPatience is 3, and there are no validation images*");
        FluentActions.Invoking(() => new FineTuningOptions { EarlyStoppingPatience = 0 })
            .Should().Throw<ArgumentException>().WithMessage("EarlyStoppingPatience is 0*");
    }

    // So high a rate that accuracy falls again.
    private static FineTuningOptions Harmful(SmallRun run) =>
        run.Options with { LearningRate = run.Options.Mode == FineTuningMode.EndToEnd ? 3e-3 : 3, WarmupSteps = 5 };

    private static FineTuningStep Step(int epoch, double accuracy) => new()
    {
        Step = epoch,
        TotalSteps = 10,
        Epoch = epoch,
        Images = 4,
        LearningRate = 1e-3,
        Loss = 1,
        GradientNorm = 1,
        Validation = new ValidationResult(accuracy, 1, 10),
    };
}

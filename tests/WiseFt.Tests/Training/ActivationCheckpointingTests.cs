using WiseFt.Training;

namespace WiseFt.Tests;

public sealed class ActivationCheckpointingTests
{
    [Fact]
    public void Run_WithActivationCheckpointing_GivesTheSameLossesAndWeights()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        List<FineTuningStep> kept = [], computed = [];
        using ImageClassifier ordinary = run.Train(progress: new Reported<FineTuningStep>(kept.Add));
        using ImageClassifier checkpointed = FineTuner.Run(
            run.ZeroShot, run.Training, run.Options with { ActivationCheckpointing = true }, new Reported<FineTuningStep>(computed.Add));

        computed.Select(s => (s.Step, s.Loss)).Should().Equal(kept.Select(s => (s.Step, s.Loss)));
        SmallRun.AssertEqual(checkpointed, ordinary);
    }

    [Fact]
    public void Run_OfAResNetWithActivationCheckpointing_SaysWhyNot()
    {
        using SmallRun run = SmallRun.Of("openai-resnet", FineTuningMode.EndToEnd);
        Action act = () => FineTuner.Run(run.ZeroShot, run.Training, run.Options with { ActivationCheckpointing = true });
        act.Should().Throw<ArgumentException>().WithMessage("*batch normalisation*MicroBatchSize*");
    }

    [Fact]
    public void Run_ResumedWithActivationCheckpointing_EndsAsTheRunWithout()
    {
        using var folder = new TemporaryFolder();
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        using ImageClassifier ordinary = run.Train();
        run.TrainUntil(3, new SnapshotOptions { Directory = folder.At("run") });
        using ImageClassifier resumed = FineTuner.Run(
            run.ZeroShot, run.Training, run.Options with { ActivationCheckpointing = true },
            new SnapshotOptions { Directory = folder.At("run"), Resume = true });
        SmallRun.AssertEqual(resumed, ordinary);
    }
}

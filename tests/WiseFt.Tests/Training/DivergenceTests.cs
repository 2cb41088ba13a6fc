using WiseFt.Training;

namespace WiseFt.Tests;

public sealed class DivergenceTests
{
    [Fact]
    [Fault("loss is no number", "weights that are not finite", "stops before the weights change")]
    public void Run_LossNoNumberAnyMore_NamesStepAndImages()
    {
        using var folder = new TemporaryFolder();
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        FineTuningOptions reckless = run.Options with { LearningRate = 1e30, WarmupSteps = 0, Shuffle = false };
        var steps = new List<FineTuningStep>();
        var snapshots = new SnapshotOptions { Directory = folder.Path, EverySteps = 100 };

        string message = FluentActions.Invoking(() =>
            FineTuner.Run(run.ZeroShot, run.Training, reckless, snapshots, new Reported<FineTuningStep>(steps.Add)))
            .Should().Throw<FineTuningException>().Which.Message;

        int good = steps.Count;
        good.Should().BeGreaterThan(0);
        message.Should().StartWith($"Step {good + 1} of 10: the loss is ").And.Contain("No checkpoint has been written yet").And.Contain(
            "lower the learning rate");
        foreach (ImageSource image in run.Training.Images.Skip(good * 4).Take(4)) message.Should().Contain(image.Name);
    }

    [Fact]
    public void Run_UpdateThatNoLossHasShown_IsNoSnapshot()
    {
        using var folder = new TemporaryFolder();
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        FineTuningOptions reckless = run.Options with { LearningRate = 1e30, WarmupSteps = 0 };
        var snapshots = new SnapshotOptions { Directory = folder.Path, EverySteps = 1, DeleteWhenDone = false };

        FluentActions.Invoking(() => FineTuner.Run(run.ZeroShot, run.Training, reckless, snapshots))
            .Should().Throw<FineTuningException>().WithMessage("After step 1 of 10 *numbers that are none*No checkpoint has been written*");

        TrainingSnapshots.Exist(folder.Path).Should().BeFalse();
    }

    [Theory]
    [InlineData("starter-clip", 1e10)]
    [InlineData("openai-resnet", 1e10)]
    public void Run_OfOneStepThatDiverges_Fails(string model, double rate)
    {
        using SmallRun run = SmallRun.Of(model, FineTuningMode.EndToEnd);
        FineTuningOptions reckless = run.Options with { LearningRate = rate, WarmupSteps = 0, Epochs = 1, BatchSize = 32 };

        FluentActions.Invoking(() => FineTuner.Run(run.ZeroShot, run.Training, reckless))
            .Should().Throw<FineTuningException>().WithMessage("After step 1 of 1 *lower the learning rate*");
    }

    [Fact]
    public void Run_LossNoNumberInALargeBatch_CountsTheImagesThatItDoesNotName()
    {
        string[] names = [.. Enumerable.Range(0, 70).Select(i => $"<{i}>")];
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);
        var input = new TrainingInput(
            [.. names.Select((_, i) => i % 3)],
            (indices, _) => TorchSharp.torch.full([indices.Count, run.ZeroShot.Spec.EmbeddingDimension], float.NaN), i => names[i]);

        FluentActions.Invoking(() =>
            FineTuner.Run(run.ZeroShot, input, run.Options with { BatchSize = 70, Shuffle = false }, null, null, CancellationToken.None))
            .Should().Throw<FineTuningException>().WithMessage("Step 1 of 2*The batch's 70 images: <0>, *<63> and 6 more.");
    }
}

using WiseFt.Training;

namespace WiseFt.Tests;

public sealed class DivergenceTests
{
    [Fact]
    [Fault("loss is no number", "weights that are not finite", "stops before the weights change")]
    public void Run_LossNoNumberAnyMore_NamesStepImagesAndTheLastGoodSnapshot()
    {
        using var folder = new TemporaryFolder();
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        FineTuningOptions reckless = run.Options with { LearningRate = 1e30, WarmupSteps = 0, Shuffle = false };
        var steps = new List<FineTuningStep>();
        var snapshots = new SnapshotOptions { Directory = folder.Path, EverySteps = 1 };

        string message = FluentActions.Invoking(() =>
            FineTuner.Run(run.ZeroShot, run.Training, reckless, snapshots, new Reported<FineTuningStep>(steps.Add)))
            .Should().Throw<FineTuningException>().Which.Message;

        int good = steps.Count;
        good.Should().BeGreaterThan(0);
        message.Should().StartWith($"Step {good + 1} of 10: the loss is ").And.Contain($"step-{good:00000000}.safetensors").And.Contain(
            "lower the learning rate");
        foreach (ImageSource image in run.Training.Images.Skip(good * 4).Take(4)) message.Should().Contain(image.Name);
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

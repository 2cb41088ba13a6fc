namespace WiseFt.Tests;

public sealed class FineTunerTests
{
    [Theory, InlineData(1, 512, 1), InlineData(360, int.MaxValue, 1), InlineData(1024, 512, 2), InlineData(1025, 512, 3)]
    public void TotalSteps_OfAnyBatchSize_CountsTheLastPartToo(int images, int batchSize, int perEpoch) =>
        new FineTuningOptions { BatchSize = batchSize, Epochs = 3 }.TotalSteps(images).Should().Be(3 * perEpoch);

    [Fact]
    public void Run_WithoutProgress_FollowsTheSameSchedule()
    {
        string[] classNames = ["hand", "mammal"];
        var training = new LabelledImages(classNames, [.. classNames.SelectMany(Files)], [0, 0, 0, 1, 1, 1]);
        var options = new FineTuningOptions { Epochs = 2, BatchSize = 2, LearningRate = 1e-3, WarmupSteps = 2 };
        using ClipModel clip = ClipModel.Load(Fixtures.Data("starter-clip"));
        using ImageClassifier zeroShot = ZeroShotHead.Build(clip, classNames, PromptTemplates.Simple);

        using ImageClassifier silent = FineTuner.Run(zeroShot, training, options);
        using ImageClassifier watched = FineTuner.Run(zeroShot, training, options, new Reported<FineTuningStep>());

        silent.Weights.Should().OnlyContain(w => WiseFt.WeightSpace.AreEqual(w.Value, watched.Weights[w.Key]));
    }

    private static IEnumerable<ImageSource> Files(string className) =>
        Directory.GetFiles(Fixtures.Data($"emoji-shift/reference/train/{className}")).Order(StringComparer.Ordinal).Take(3)
            .Select(ImageSource.FromFile);
}

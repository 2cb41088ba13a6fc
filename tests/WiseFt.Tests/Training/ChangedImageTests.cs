namespace WiseFt.Tests;

/// <summary>An image that is replaced while a run trains on it: the run says so, since no record would say
/// which it was trained on.</summary>
public sealed class ChangedImageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(true), InlineData(false)]
    public void Run_ImageReplacedAfterTheFirstEpoch_StopsAndNamesIt(bool otherLength)
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        var (images, first) = Copy(run.Training);
        byte[] other = otherLength ? File.ReadAllBytes(images.Images[1].Name) : File.ReadAllBytes(first);
        var progress = new Reported<FineTuningStep>(step =>
        {
            if (step.Step != 0) return;
            File.WriteAllBytes(first, other);
            File.SetLastWriteTimeUtc(first, File.GetLastWriteTimeUtc(first).AddHours(1));
        });

        FluentActions.Invoking(() => FineTuner.Run(run.ZeroShot, images, run.Options, progress))
            .Should().Throw<ImageException>().WithMessage($"{first}: the image has changed since training began: *");
    }

    [Fact]
    public void Run_ImagesLeftAlone_Trains()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);
        var (images, _) = Copy(run.Training);

        using ImageClassifier copied = FineTuner.Run(run.ZeroShot, images, run.Options), original = run.Train();

        SmallRun.AssertEqual(copied, original);
    }

    private (LabelledImages Images, string First) Copy(LabelledImages training)
    {
        string[] paths = [.. training.Images.Select((image, i) => _folder.At($"{i:00}.png"))];
        for (int i = 0; i < paths.Length; i++) File.Copy(training.Images[i].Name, paths[i]);
        return (new LabelledImages(training.ClassNames, [.. paths.Select(ImageSource.FromFile)], training.Labels), paths[0]);
    }
}

using WiseFt.Training;

namespace WiseFt.Tests;

/// <summary>What is not the same run any more is noticed on resuming, and said.</summary>
public sealed class ChangedRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SmallRun _run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);

    public ChangedRunTests() => _run.TrainUntil(3, Snapshots with { Resume = false });

    private SnapshotOptions Snapshots => new() { Directory = _folder.At("checkpoints"), Resume = true };

    public void Dispose()
    {
        _run.Dispose();
        _folder.Dispose();
    }

    [Fact]
    [Fault("run changed before it is resumed", "other options, classes, model, images", "refused; says what changed")]
    public void Run_OtherOptions_NamesThemAndTheirValues() =>
        AssertRefused(
            options: _run.Options with { Epochs = 3, LearningRate = 0.5, Seed = 6 },
            expected: "*Epochs was 2 and is 3; LearningRate was 0.01 and is 0.5; Seed was 5 and is 6. Go on with*delete*");

    [Fact]
    public void Run_OtherClassWeights_NamesThem() =>
        AssertRefused(
            options: _run.Options with { ClassWeights = ClassWeights.Balanced },
            expected: "*ClassWeights was not given and is \"balanced\"*");

    [Fact]
    public void Run_OtherExampleWeights_NamesTheImages()
    {
        float[] weights = [.. _run.Training.Labels.Select(_ => 1f)];
        weights[4] = 3;

        AssertRefused(
            new LabelledImages(SmallRun.ClassNames, _run.Training.Images, _run.Training.Labels) { ExampleWeights = weights },
            expected: $"*17 of another weight ({_run.Training.Images[0].Name}, *");
    }

    [Fact]
    public void Differences_OfOneExampleWeight_NamesThatImage()
    {
        TrainingImageList Of(float weight) => TrainingImageList.Of(
            new LabelledImages(SmallRun.ClassNames, _run.Training.Images, _run.Training.Labels)
            {
                ExampleWeights = [.. _run.Training.Labels.Select((_, i) => i == 4 ? weight : 1f)],
            }, CancellationToken.None);
        string path = _folder.At("images.jsonl");

        Of(2).Write(path);

        TrainingImageList.TryRead(path)!.Sha256().Should().Be(Of(2).Sha256()).And.NotBe(Of(3).Sha256());
        TrainingImageList.TryRead(path)!.Differences(Of(3)).Should().Be($"1 of another weight ({_run.Training.Images[4].Name})");
    }

    [Fact]
    public void Identity_OtherPrecision_MattersWhereTheEncoderIsTrained()
    {
        TrainingIdentity Of(FineTuningOptions options) =>
            TrainingIdentity.Of(_run.ZeroShot, _run.Training, TrainingImageList.Of(_run.Training, CancellationToken.None), options);
        FineTuningOptions linear = _run.Options, endToEnd = linear with { Mode = FineTuningMode.EndToEnd };

        Of(linear).Differences(Of(linear with { Precision = Precision.BFloat16 })).Should().BeEmpty();
        Of(endToEnd).Differences(Of(endToEnd with { Precision = Precision.BFloat16 }))
            .Should().Equal("Precision was \"Float32\" and is \"BFloat16\"");
    }

    [Fact]
    [Fault("run changed before it is resumed")]
    public void Run_OtherContentOfAnImage_NamesIt()
    {
        ImageSource[] images = [.. _run.Training.Images];
        images[4] = ImageSource.FromBytes(File.ReadAllBytes(images[9].Name).Append((byte)0).ToArray(), images[4].Name);

        AssertRefused(Images(images, _run.Training.Labels), expected: $"*17 then and 17 now, 1 other content ({images[4].Name})*");
    }

    [Fact]
    public void Run_MoreAndFewerImages_NamesThem()
    {
        LabelledImages more = SmallRun.Images(7);

        AssertRefused(
            Images([.. more.Images.Skip(1)], [.. more.Labels.Skip(1)]),
            expected: $"*17 then and 19 now, 1 missing ({more.Images[0].Name}); 3 new ({more.Images[6].Name}, *");
    }

    [Fact]
    public void Run_AnotherOrderOrClassOfAnImage_SaysSo()
    {
        int[] labels = [.. _run.Training.Labels];
        labels[2] = 1;

        AssertRefused(
            Images([.. _run.Training.Images.Reverse()], [.. _run.Training.Labels.Reverse()]),
            expected: "*the same images in another order*");
        AssertRefused(Images(_run.Training.Images, labels), expected: $"*1 of another class ({_run.Training.Images[2].Name})*");
    }

    [Fact]
    [Fault("run changed before it is resumed")]
    public void Run_OtherClassesOrModel_SaysSo()
    {
        string[] classNames = ["hand", "mammal", "insect"];
        using ClipModel clip = ClipModel.Load(Fixtures.Data("starter-clip"));
        using ImageClassifier classes = ZeroShotHead.Build(clip, classNames, PromptTemplates.Simple);
        using ImageClassifier prompts = ZeroShotHead.Build(clip, SmallRun.ClassNames, PromptTemplates.Fmow);

        AssertRefused(
            new LabelledImages(classNames, _run.Training.Images, _run.Training.Labels), zeroShot: classes,
            expected: "*'vehicle' was and 'insect' is class 2*");
        AssertRefused(zeroShot: prompts, expected: "*the model or the prompts*");
    }

    [Fact]
    public void Run_ImagesMovedElsewhere_GoesOn()
    {
        LabelledImages moved = Images(
            [.. _run.Training.Images.Select((image, i) => ImageSource.FromBytes(File.ReadAllBytes(image.Name), $"elsewhere/{i}"))],
            _run.Training.Labels);
        using ImageClassifier expected = _run.Train();

        using ImageClassifier resumed = FineTuner.Run(_run.ZeroShot, moved, _run.Options, Snapshots);

        SmallRun.AssertEqual(resumed, expected);
    }

    private void AssertRefused(
        LabelledImages? images = null, FineTuningOptions? options = null, ImageClassifier? zeroShot = null, string expected = "")
    {
        FluentActions.Invoking(() => FineTuner.Run(zeroShot ?? _run.ZeroShot, images ?? _run.Training, options ?? _run.Options, Snapshots))
            .Should().Throw<CheckpointException>().WithMessage(expected);
        File.Exists(Path.Combine(Snapshots.Directory, "step-00000003.safetensors"))
            .Should().BeTrue("refusing must not cost the checkpoint");
    }

    private static LabelledImages Images(IReadOnlyList<ImageSource> images, IReadOnlyList<int> labels) =>
        new(SmallRun.ClassNames, images, labels);
}

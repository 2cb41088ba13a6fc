using WiseFt.Training;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>A training run of a second or less on images of the built-in data: five steps an epoch, the last one smaller.</summary>
internal sealed class SmallRun : IDisposable
{
    public static readonly string[] ClassNames = ["hand", "mammal", "vehicle"];

    private SmallRun(ImageClassifier zeroShot, FineTuningMode mode) => (ZeroShot, Options) = (zeroShot, new FineTuningOptions
    {
        Mode = mode,
        Epochs = 2,
        BatchSize = 4,
        MicroBatchSize = 3,
        LearningRate = mode == FineTuningMode.EndToEnd ? 1e-4 : 1e-2,
        WarmupSteps = 2,
        LabelSmoothing = 0.1,
        Seed = 5,
    });

    public ImageClassifier ZeroShot { get; }

    public LabelledImages Training { get; } = Images(6);

    public FineTuningOptions Options { get; }

    /// <summary>Starts from a model by name: the built-in one, or a fixture with batch normalisation.</summary>
    public static SmallRun Of(string model, FineTuningMode mode)
    {
        using ClipModel clip = ClipModel.Load(model == "starter-clip" ? Fixtures.Data(model) : Fixtures.Path($"models/{model}"));
        return new SmallRun(ZeroShotHead.Build(clip, ClassNames, PromptTemplates.Simple), mode);
    }

    /// <summary>The first images of each class; 17 in all where six a class are wanted.</summary>
    public static LabelledImages Images(int perClass)
    {
        string[][] files = [.. ClassNames.Select(c =>
            Directory.GetFiles(Fixtures.Data($"emoji-shift/reference/train/{c}")).Order(StringComparer.Ordinal).Take(perClass).ToArray())];
        files[^1] = files[^1][1..];
        return new LabelledImages(ClassNames, [.. files.SelectMany(f => f).Select(ImageSource.FromFile)], [.. files.SelectMany((f, label) =>
            Enumerable.Repeat(label, f.Length))]);
    }

    public ImageClassifier Train(
        SnapshotOptions? snapshots = null, IProgress<FineTuningStep>? progress = null, CancellationToken cancel = default) =>
        FineTuner.Run(ZeroShot, Training, Options, snapshots, progress, cancel);

    /// <summary>Trains until a number of steps is done, and is cancelled then.</summary>
    public void TrainUntil(int steps, SnapshotOptions snapshots)
    {
        using var cancel = new CancellationTokenSource();
        var progress = new Reported<FineTuningStep>(step => { if (step.Step == steps - 1) cancel.Cancel(); });
        FluentActions.Invoking(() => Train(snapshots, progress, cancel.Token)).Should().Throw<OperationCanceledException>();
    }

    /// <summary>Compares every byte of every weight: names, shapes and bits,
    /// so that neither NaN nor -0 passes for something else.</summary>
    public static void AssertEqual(ImageClassifier actual, ImageClassifier expected)
    {
        actual.Weights.Keys.Should().BeEquivalentTo(expected.Weights.Keys);
        actual.Weights.Where(w => !Same(w.Value, expected.Weights[w.Key])).Select(w => w.Key).Should().BeEmpty();

        static bool Same(Tensor a, Tensor b)
        {
            using Tensor first = a.detach().cpu().contiguous(), second = b.detach().cpu().contiguous();
            return first.dtype == second.dtype && first.shape.SequenceEqual(second.shape) && first.bytes.SequenceEqual(second.bytes);
        }
    }

    public void Dispose() => ZeroShot.Dispose();
}

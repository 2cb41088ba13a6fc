using Microsoft.ML;
using Microsoft.ML.Runtime;
using WiseFt.Training;

namespace WiseFt.ML;

/// <summary>What a training run gives: the zero-shot model it started from, the fine-tuned one, and the classes of both.</summary>
internal sealed class TrainedPair(Handle<ImageClassifier> zeroShot, Handle<ImageClassifier> fineTuned, LabelKeys labels) : IDisposable
{
    public Handle<ImageClassifier> ZeroShot => zeroShot;

    public Handle<ImageClassifier> FineTuned => fineTuned;

    public LabelKeys Labels => labels;

    /// <summary>Builds the zero-shot model of a CLIP model and fine-tunes it. Stops at the given token, not at the options'.</summary>
    public static TrainedPair Fit(
        IHostEnvironment environment, ClipFineTuneTrainer.Options options, IDataView data, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(data);
        IHost host = environment.Register(nameof(ClipFineTuneTrainer));
        using IChannel channel = host.Start("Fine-tuning");
        LabelledRows rows = LabelledRows.Bind(data, options.Columns, options.ExampleWeightColumnName);
        Classes classes = Classes.Find(rows.Label, options.Head.ClassNames);
        var device = DeviceChoice.Resolve(environment, options.Device, channel);
        LabelledImages training = rows.Read(classes.Labels, channel, cancel);
        if (options.SkipBadImages) training = WithoutUnreadable(training, channel, cancel);
        FineTuningOptions recipe = options.Training with
        {
            Seed = options.Training.GivenSeed ?? ((IHostEnvironmentInternal)environment).Seed ?? 0,
        };
        channel.Info(
            $"Fine-tuning on {training.Count} images of {classes.Labels.Names.Length} classes, " +
            $"{recipe.TotalSteps(training.Count)} steps, on {device}.");

        ImageClassifier zeroShot = classes.BuildZeroShot(options.ModelPath, options.Head, device, null, cancel);
        return zeroShot.OrDispose(_ =>
        {
            var log = new EpochLog(channel, recipe.Epochs, options.Progress, options.Snapshots?.Notes);
            SnapshotOptions? snapshots = options.Snapshots is { } given ? given with { Resume = true, Notes = log } : null;
            ImageClassifier fineTuned = FineTuner.Run(zeroShot, training, recipe, snapshots, log, cancel);
            return new TrainedPair(Handle.Own(zeroShot, typeof(TrainedPair)), Handle.Own(fineTuned, typeof(TrainedPair)), classes.Labels);
        });
    }

    public void Dispose()
    {
        zeroShot.Dispose();
        fineTuned.Dispose();
    }

    private static LabelledImages WithoutUnreadable(LabelledImages images, IChannel channel, CancellationToken cancel)
    {
        var (readable, unreadable) = images.WithoutUnreadable(cancel);
        if (unreadable.Count > 0) channel.Warning($"{unreadable.Count} of {images.Count} training images cannot be read and are left out:");
        foreach (ImageException error in unreadable) channel.Warning(error.Message);
        return readable;
    }
}

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
        if (options.Training.EarlyStoppingPatience is int patience && options.ValidationSet is null)
            throw new ArgumentException(
                $"Training.{nameof(FineTuningOptions.EarlyStoppingPatience)} is {patience}, and there is no " +
                $"{nameof(ClipFineTuneTrainer.Options.ValidationSet)} to decide on the epoch; expected labelled images that are not " +
                "trained on, such as the TestSet of mlContext.Data.TrainTestSplit.");
        IHost host = environment.Register(nameof(ClipFineTuneTrainer));
        using IChannel channel = host.Start("Fine-tuning");
        LabelledRows rows = LabelledRows.Bind(data, options.Columns, options.ExampleWeightColumnName);
        Classes classes = Classes.Find(rows.Label, options.Head.ClassNames);
        var device = DeviceChoice.Resolve(environment, options.Device, channel);
        LabelledImages? validation = options.ValidationSet is null
            ? null
            : Read(LabelledRows.Bind(options.ValidationSet, options.Columns), "validation");
        LabelledImages training = Read(rows, "training");
        FineTuningOptions recipe = options.Training with
        {
            Seed = options.Training.GivenSeed ?? ((IHostEnvironmentInternal)environment).Seed ?? 0,
        };
        channel.Info(
            $"Fine-tuning on {training.Count} images of {classes.Labels.Names.Length} classes, " +
            $"{recipe.TotalSteps(training.Count)} steps, on {device}.");
        if (EarlyStopping.Rule(recipe) is string rule) channel.Info(rule);

        ImageClassifier zeroShot = classes.BuildZeroShot(options.ModelPath, options.Head, device, channel, null, cancel);
        return zeroShot.OrDispose(_ =>
        {
            var log = new EpochLog(channel, recipe, options.Progress, options.Snapshots?.Notes);
            SnapshotOptions? snapshots = options.Snapshots is { } given ? given with { Resume = true, Notes = log } : null;
            ImageClassifier fineTuned = FineTuner.Run(
                zeroShot, training, recipe, snapshots, validation, log, cancel, new LoggedProgress(channel, "Image features", "images"));
            log.End();
            return new TrainedPair(Handle.Own(zeroShot, typeof(TrainedPair)), Handle.Own(fineTuned, typeof(TrainedPair)), classes.Labels);
        });

        LabelledImages Read(LabelledRows found, string what)
        {
            LabelledImages images = found.Read(classes.Labels, channel, cancel);
            return options.SkipBadImages ? WithoutUnreadable(images, what, channel, cancel) : images;
        }
    }

    public void Dispose()
    {
        zeroShot.Dispose();
        fineTuned.Dispose();
    }

    private static LabelledImages WithoutUnreadable(LabelledImages images, string what, IChannel channel, CancellationToken cancel)
    {
        var (readable, unreadable) = images.WithoutUnreadable(cancel);
        if (unreadable.Count > 0) channel.Warning($"{unreadable.Count} of {images.Count} {what} images cannot be read and are left out:");
        foreach (ImageException error in unreadable) channel.Warning(error.Message);
        return readable;
    }
}

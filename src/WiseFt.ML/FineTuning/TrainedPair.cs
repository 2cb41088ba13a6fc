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
        IHost host = environment.Register(nameof(ClipFineTuneTrainer));
        using IChannel channel = host.Start("Fine-tuning");
        TrainingSets sets = TrainingSets.Read(environment, options, data, channel, cancel);
        FineTuningOptions recipe = sets.Recipe;
        channel.Info(
            $"Fine-tuning on {sets.Training.Count} images of {sets.Classes.Labels.Names.Length} classes, " +
            $"{recipe.TotalSteps(sets.Training.Count)} steps, on {sets.Device}.");
        if (EarlyStopping.Rule(recipe) is string rule) channel.Info(rule);

        ImageClassifier zeroShot = sets.Classes.BuildZeroShot(options.ModelPath, options.Head, sets.Device, channel, null, cancel);
        return zeroShot.OrDispose(_ =>
        {
            var log = new EpochLog(channel, recipe, options.Progress, options.Snapshots?.Notes);
            SnapshotOptions? snapshots = options.Snapshots is { } given ? given with { Resume = true, Notes = log } : null;
            ImageClassifier fineTuned = FineTuner.Run(
                zeroShot, sets.Training, recipe, snapshots, sets.Validation, log, cancel,
                new LoggedProgress(channel, "Image features", "images"));
            log.End();
            return new TrainedPair(
                Handle.Own(zeroShot, typeof(TrainedPair)), Handle.Own(fineTuned, typeof(TrainedPair)), sets.Classes.Labels);
        });
    }

    public void Dispose()
    {
        zeroShot.Dispose();
        fineTuned.Dispose();
    }
}

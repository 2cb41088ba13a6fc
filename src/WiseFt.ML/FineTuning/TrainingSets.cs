using Microsoft.ML;
using Microsoft.ML.Runtime;
using WiseFt.Training;
using static TorchSharp.torch;

namespace WiseFt.ML;

/// <summary>What fine-tuning finds in data and options before it begins.</summary>
/// <param name="Classes">The classes.</param>
/// <param name="Training">The training images.</param>
/// <param name="Validation">The validation images; null for none.</param>
/// <param name="Device">Where to compute.</param>
/// <param name="Recipe">The recipe, with the context's seed where it has none of its own.</param>
internal sealed record TrainingSets(
    Classes Classes, LabelledImages Training, LabelledImages? Validation, Device Device, FineTuningOptions Recipe)
{
    /// <summary>Reads the rows; images are not decoded yet.</summary>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type, or early stopping has no validation set.</exception>
    public static TrainingSets Read(
        IHostEnvironment environment, ClipFineTuneTrainer.Options options, IDataView data, IChannel channel, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (options.Training.EarlyStoppingPatience is int patience && options.ValidationSet is null)
            throw new ArgumentException(
                $"Training.{nameof(FineTuningOptions.EarlyStoppingPatience)} is {patience}, and there is no " +
                $"{nameof(ClipFineTuneTrainer.Options.ValidationSet)} to decide on the epoch; expected labelled images that are not " +
                "trained on, such as the TestSet of mlContext.Data.TrainTestSplit.");
        LabelledRows rows = LabelledRows.Bind(data, options.Columns, options.ExampleWeightColumnName);
        Classes classes = Classes.Find(rows.Label, options.Head.ClassNames);
        Device device = DeviceChoice.Resolve(environment, options.Device, channel);
        LabelledImages? validation = options.ValidationSet is null
            ? null
            : Images(LabelledRows.Bind(options.ValidationSet, options.Columns), "validation");
        FineTuningOptions recipe = options.Training with
        {
            Seed = options.Training.GivenSeed ?? ((IHostEnvironmentInternal)environment).Seed ?? 0,
        };
        return new TrainingSets(classes, Images(rows, "training"), validation, device, recipe);

        LabelledImages Images(LabelledRows found, string what)
        {
            LabelledImages images = found.Read(classes.Labels, channel, cancel);
            return options.SkipBadImages ? WithoutUnreadable(images, what, channel, cancel) : images;
        }
    }

    private static LabelledImages WithoutUnreadable(LabelledImages images, string what, IChannel channel, CancellationToken cancel)
    {
        var (readable, unreadable) = images.WithoutUnreadable(cancel);
        if (unreadable.Count > 0) channel.Warning($"{unreadable.Count} of {images.Count} {what} images cannot be read and are left out:");
        foreach (ImageException error in unreadable) channel.Warning(error.Message);
        return readable;
    }
}

using Microsoft.ML.Data;
using WiseFt;
using WiseFt.ML;

namespace Microsoft.ML;

/// <summary>Fine-tuning of CLIP on <c>mlContext.MulticlassClassification.Trainers</c>.</summary>
public static class ClipFineTuneCatalog
{
    /// <summary>Fine-tunes the zero-shot classifier of a CLIP model.</summary>
    /// <param name="catalog">The context's <c>MulticlassClassification.Trainers</c>.</param>
    /// <param name="modelPath">The CLIP model: whatever <see cref="ClipModel.Load"/> reads.</param>
    /// <param name="labelColumnName">The label column, a key.</param>
    /// <param name="imageColumnName">The image column: text (a path), an image, or a vector of bytes (an encoded image).</param>
    /// <param name="mode">Which weights change.</param>
    /// <param name="epochs">How often every image is seen.</param>
    /// <param name="learningRate">Learning rate at its peak; about 1e-3 to 1e-2 for a linear classifier.</param>
    /// <param name="batchSize">Images in an optimiser step.</param>
    public static ClipFineTuneTrainer ClipFineTune(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string modelPath,
        string labelColumnName = "Label",
        string imageColumnName = "ImagePath",
        FineTuningMode mode = FineTuningMode.EndToEnd,
        int epochs = FineTuningOptions.DefaultEpochs,
        double learningRate = FineTuningOptions.DefaultLearningRate,
        int batchSize = FineTuningOptions.DefaultBatchSize) => catalog.ClipFineTune(new ClipFineTuneTrainer.Options
        {
            ModelPath = modelPath,
            Columns = new() { LabelColumnName = labelColumnName, ImageColumnName = imageColumnName },
            Training = new() { Mode = mode, Epochs = epochs, LearningRate = learningRate, BatchSize = batchSize },
        });

    /// <summary>Fine-tunes the zero-shot classifier of a CLIP model, with all settings.</summary>
    /// <param name="catalog">The context's <c>MulticlassClassification.Trainers</c>.</param>
    /// <param name="options">The settings.</param>
    public static ClipFineTuneTrainer ClipFineTune(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, ClipFineTuneTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new ClipFineTuneTrainer(catalog.GetEnvironment(), options);
    }
}

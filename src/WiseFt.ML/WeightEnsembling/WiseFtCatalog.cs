using Microsoft.ML.Data;
using WiseFt;
using WiseFt.ML;

namespace Microsoft.ML;

/// <summary>WiSE-FT, robust fine-tuning by weight-space ensembling, on <c>mlContext.Transforms</c>.</summary>
public static class WiseFtCatalog
{
    /// <summary>The whole method: the zero-shot classifier of a CLIP model, fine-tuned, and mixed with itself as it was before.</summary>
    /// <param name="catalog">The context's <c>Transforms</c>.</param>
    /// <param name="modelPath">The CLIP model: whatever <see cref="ClipModel.Load"/> reads.</param>
    /// <param name="alpha">Mixing coefficient in [0, 1]: 0 is the zero-shot model, 1 the fine-tuned one.
    /// 0.5 is the paper's choice when no target data can be used to choose.</param>
    /// <param name="labelColumnName">The label column, a key.</param>
    /// <param name="imageColumnName">The image column: text (a path), an image, or a vector of bytes (an encoded image).</param>
    /// <param name="mode">Which weights change.</param>
    /// <param name="epochs">How often every image is seen.</param>
    /// <param name="learningRate">Learning rate at its peak; about 1e-3 to 1e-2 for a linear classifier.</param>
    /// <param name="batchSize">Images in an optimiser step.</param>
    public static WiseFtEstimator WiseFt(
        this TransformsCatalog catalog,
        string modelPath,
        double alpha = MixingCoefficient.Default,
        string labelColumnName = "Label",
        string imageColumnName = "ImagePath",
        FineTuningMode mode = FineTuningMode.EndToEnd,
        int epochs = FineTuningOptions.DefaultEpochs,
        double learningRate = FineTuningOptions.DefaultLearningRate,
        int batchSize = FineTuningOptions.DefaultBatchSize) => catalog.WiseFt(new WiseFtEstimator.Options
        {
            ModelPath = modelPath,
            Alpha = alpha,
            Columns = new() { LabelColumnName = labelColumnName, ImageColumnName = imageColumnName },
            Training = new() { Mode = mode, Epochs = epochs, LearningRate = learningRate, BatchSize = batchSize },
        });

    /// <summary>The whole method with all settings.</summary>
    /// <param name="catalog">The context's <c>Transforms</c>.</param>
    /// <param name="options">The settings.</param>
    public static WiseFtEstimator WiseFt(this TransformsCatalog catalog, WiseFtEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new WiseFtEstimator(
            catalog.GetEnvironment(), new TrainedEndPoints(options.FineTuning), options.AlphaSelection, options.KeepEndPoints,
            options.CancellationToken);
    }

    /// <summary>Mixes two transformers that exist already.</summary>
    /// <param name="catalog">The context's <c>Transforms</c>.</param>
    /// <param name="zeroShot">The model at alpha 0; its columns become the mixture's.
    /// It is shared, and may be disposed once the mixture is fitted.</param>
    /// <param name="fineTuned">The model at alpha 1, made from the same CLIP model for the same classes. Shared as well.</param>
    /// <param name="alpha">Mixing coefficient in [0, 1].</param>
    /// <param name="keepEndPoints">Whether the mixture keeps both models, so that alpha can be changed later.</param>
    public static WiseFtEstimator WiseFt(
        this TransformsCatalog catalog,
        ClipClassifierTransformer zeroShot,
        ClipClassifierTransformer fineTuned,
        double alpha = MixingCoefficient.Default,
        bool keepEndPoints = true)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(zeroShot);
        ArgumentNullException.ThrowIfNull(fineTuned);
        return new WiseFtEstimator(
            catalog.GetEnvironment(), new TransformerEndPoints(zeroShot, fineTuned), AlphaSelection.Fixed(alpha), keepEndPoints,
            CancellationToken.None);
    }

    /// <summary>Mixes two checkpoints on disk.</summary>
    /// <param name="catalog">The context's <c>Transforms</c>.</param>
    /// <param name="zeroShotPath">The model at alpha 0: a file that <see cref="ImageClassifier.Save"/>
    /// or <c>wiseft train</c> wrote, or a CLIP model.</param>
    /// <param name="fineTunedPath">The model at alpha 1: likewise, of the same architecture and classes.</param>
    /// <param name="alpha">Mixing coefficient in [0, 1].</param>
    /// <param name="labelColumnName">The label column, a key. Where the data has none, the classes are the checkpoints' own.</param>
    /// <param name="imageColumnName">The image column: text (a path), an image, or a vector of bytes (an encoded image).</param>
    public static WiseFtEstimator WiseFt(
        this TransformsCatalog catalog,
        string zeroShotPath,
        string fineTunedPath,
        double alpha = MixingCoefficient.Default,
        string? labelColumnName = "Label",
        string imageColumnName = "ImagePath") => catalog.WiseFt(
            zeroShotPath,
            fineTunedPath,
            new WiseFtEstimator.MixtureOptions
            {
                Alpha = alpha,
                Columns = new() { LabelColumnName = labelColumnName, ImageColumnName = imageColumnName },
            });

    /// <summary>Mixes two checkpoints on disk, with all settings.</summary>
    /// <param name="catalog">The context's <c>Transforms</c>.</param>
    /// <param name="zeroShotPath">The model at alpha 0: a file that <see cref="ImageClassifier.Save"/>
    /// or <c>wiseft train</c> wrote, or a CLIP model.</param>
    /// <param name="fineTunedPath">The model at alpha 1: likewise, of the same architecture and classes.</param>
    /// <param name="options">The settings.</param>
    public static WiseFtEstimator WiseFt(
        this TransformsCatalog catalog, string zeroShotPath, string fineTunedPath, WiseFtEstimator.MixtureOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(zeroShotPath);
        ArgumentException.ThrowIfNullOrWhiteSpace(fineTunedPath);
        ArgumentNullException.ThrowIfNull(options);
        return new WiseFtEstimator(
            catalog.GetEnvironment(),
            new CheckpointEndPoints(zeroShotPath, fineTunedPath, options),
            AlphaSelection.Fixed(options.Alpha),
            options.KeepEndPoints,
            options.CancellationToken);
    }
}

using TorchSharp.Modules;
using WiseFt.Classification;
using WiseFt.Images;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Ensembling;

/// <summary>Estimates the statistics of batch normalisation again, for models made by arithmetic on weights: the mean of two models'
/// statistics is not the statistics of the mean of two models.</summary>
/// <remarks>Source: Izmailov et al., Averaging Weights (arXiv 1803.05407), section 3.2; torch's <c>update_bn</c>. Differs from it: each
/// image counts the same, where a last, smaller batch counts as much as the others there.</remarks>
public static class BatchNormCalibration
{
    private const double UsualMomentum = 0.1;

    /// <summary>Replaces a classifier's running means and variances by those of its activations on images: the means over all batches of
    /// what each is normalised by.</summary>
    /// <param name="model">A classifier with a ModifiedResNet. Its statistics change, and nothing else; as long as this runs, nobody else
    /// may use it. Where it fails or is cancelled, they are what they were.</param>
    /// <param name="images">Images of its task, best of the training set. Their labels are not looked at.</param>
    /// <param name="options">How many of them; null for the defaults.</param>
    /// <param name="progress">Is told how many images are done; null for nobody.</param>
    /// <param name="cancel">Stops between two batches.</param>
    /// <exception cref="ArgumentException">The classifier has no batch normalisation.</exception>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    /// <exception cref="NotFiniteNumberException">The model gives NaN or infinity for an image.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void Run(
        ImageClassifier model, LabelledImages images, BatchNormCalibrationOptions? options = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        options ??= new BatchNormCalibrationOptions();
        IReadOnlyList<BatchNorm2d> norms = model.BatchNorms();
        if (norms.Count == 0)
            throw new ArgumentException(
                $"The model is a {model.Spec.Vision.Tower.Name}, which has no batch normalisation: there are no statistics to estimate " +
                "again. Leave the recalibration out.", nameof(model));
        ImageSource[] drawn = DrawnImages.Of(images, options.Examples ?? images.Count, options.Seed);
        using var scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        Tensor[] before = [.. norms.SelectMany(Statistics).Select(s => s.clone())];
        try
        {
            model.SetTraining(true);
            Gather(model, norms, drawn, options.BatchSize, progress, cancel);
        }
        catch
        {
            foreach (var (statistic, old) in norms.SelectMany(Statistics).Zip(before)) statistic.copy_(old);
            throw;
        }
        finally
        {
            model.SetTraining(false);
            foreach (BatchNorm2d norm in norms) norm.momentum = UsualMomentum;
        }
    }

    private static void Gather(
        ImageClassifier model, IReadOnlyList<BatchNorm2d> norms, ImageSource[] images, int batchSize, IProgress<WorkProgress>? progress,
        CancellationToken cancel)
    {
        foreach (BatchNorm2d norm in norms) norm.num_batches_tracked!.fill_(Scalars.Zero);
        int done = 0;
        foreach (ImageSource[] batch in images.Chunk(batchSize))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            done += batch.Length;
            // The first batch takes the place of what there was; then each counts as many images as it has.
            foreach (BatchNorm2d norm in norms) norm.momentum = (double)batch.Length / done;
            Tensor features = model.ForwardEncoder(model.Preprocessor.Load(batch, cancel).to(model.Device));
            ImageScorer.RequireFinite(features, row => batch[row].Name);
            progress?.Report(new WorkProgress(done, images.Length));
        }
    }

    private static IEnumerable<Tensor> Statistics(BatchNorm2d norm) =>
        [norm.running_mean!, norm.running_var!, norm.num_batches_tracked!];
}

/// <summary>From what the statistics of batch normalisation are estimated. Immutable; vary with <c>with</c>.</summary>
public sealed record BatchNormCalibrationOptions
{
    /// <summary>How many images are drawn, all where there are no more. At least 1, or null for all. Default null.</summary>
    public int? Examples { get; init => field = value is { } n ? Check.AtLeast(n, 1) : null; }

    /// <summary>How many images are normalised together. At least 1; default 128: variances are those within a batch, which a small one
    /// has too little of.</summary>
    public int BatchSize { get; init => field = Check.AtLeast(value, 1); } = 128;

    /// <summary>What images are drawn and put into batches with. Default 0.</summary>
    public int Seed { get; init; }
}

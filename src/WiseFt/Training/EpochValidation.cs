using WiseFt.Classification;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Training;

/// <summary>Measures the model in training on validation images, between two epochs.</summary>
/// <param name="images">The validation images, with the model's classes.</param>
/// <param name="options">The recipe.</param>
/// <param name="features">Their features, where the encoder does not change; owned from now on. Null: they are encoded each time.</param>
internal sealed class EpochValidation(LabelledImages images, FineTuningOptions options, LinearFeatures? features) : IDisposable
{
    /// <summary>Prepares the measurement: of a linear classifier the images are encoded here, once.</summary>
    /// <exception cref="ArgumentException">The images have other classes.</exception>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    public static EpochValidation Of(
        ImageClassifier zeroShot, LabelledImages images, FineTuningOptions options, CancellationToken cancel)
    {
        if (!zeroShot.ClassNames.SequenceEqual(images.ClassNames, ClassNameComparer.Instance))
            throw new ArgumentException(
                $"The classes of the classifier are {Listed.Counted(zeroShot.ClassNames)} and those of the validation images " +
                $"{Listed.Counted(images.ClassNames)}; expected the same names in the same order.", nameof(images));
        return new EpochValidation(images, options, options.Mode == FineTuningMode.LinearClassifier
            ? LinearFeatures.Of(zeroShot, images, ImageStamps.Of(images), options.FeatureCacheDirectory, progress: null, cancel)
            : null);
    }

    /// <summary>Accuracy and loss of the model as it is; null when cancelled meanwhile, so that the step before is not lost.</summary>
    public ValidationResult? Measure(ImageClassifier model, CancellationToken cancel)
    {
        double loss = 0;
        long correct = 0;
        int[] places = [.. Enumerable.Range(0, images.Count)];
        var scorer = new ImageScorer(
            features is null ? model.Forward : model.Classify, model.Device, features is null ? options.Precision : Precision.Float32)
        {
            BatchSize = options.MicroBatchSize,
        };
        model.SetTraining(false);
        try
        {
            scorer.Run(
                places, batch => features?.Rows(batch) ?? model.Preprocessor.Load([.. batch.Select(i => images.Images[i])], cancel),
                (start, logits) => Add(logits, [.. images.Labels.Skip(start).Take((int)logits.shape[0]).Select(l => (long)l)]),
                progress: null, cancel, (place, _) => images.Images[place].Name);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            model.SetTraining(options.Mode == FineTuningMode.EndToEnd);
        }
        return new ValidationResult((double)correct / images.Count, loss / images.Count, images.Count);

        void Add(Tensor logits, long[] labels)                                       // (N, K), N
        {
            using var scope = NewDisposeScope();
            Tensor truth = tensor(labels, device: logits.device);
            loss += functional.cross_entropy(logits, truth, reduction: Reduction.Sum).item<float>();
            correct += logits.argmax(-1).eq(truth).sum().item<long>();
        }
    }

    /// <summary>Frees the features.</summary>
    public void Dispose() => features?.Dispose();
}

using WiseFt.Classification;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Ensembling;

/// <summary>The accuracy of classifiers on the same images.</summary>
/// <param name="images">The images, decoded.</param>
/// <param name="options">How they are scored.</param>
internal sealed class HeldOutAccuracy(DecodedImages images, SoupOptions options)
{
    /// <summary>The accuracy of a classifier with the weights that it has now, in [0, 1].</summary>
    /// <param name="model">The classifier.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="progress">Is told how many images are done; null for nobody.</param>
    /// <param name="cancel">Stops between two batches.</param>
    /// <exception cref="NotFiniteNumberException">The model gives NaN or infinity.</exception>
    public double Of(ImageClassifier model, string name, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        LabelledImages held = images.Images;
        using PackedWeights? packed = PackedWeights.For(held.Count);
        var scorer = new ImageScorer(model.Forward, model.Device, options.Precision) { BatchSize = options.BatchSize, Packed = packed };
        long correct = 0;
        scorer.Run(
            [.. Enumerable.Range(0, held.Count)], images.Load, (start, logits) => correct += Correct(logits, start),
            progress, cancel, (place, _) => $"{held.Images[place].Name} in {name}");
        return (double)correct / held.Count;

        long Correct(Tensor logits, int start)                                           // (N, K)
        {
            using var scope = NewDisposeScope();
            long[] labels = [.. held.Labels.Skip(start).Take((int)logits.shape[0]).Select(label => (long)label)];
            return logits.argmax(-1).cpu().eq(tensor(labels)).sum().item<long>();
        }
    }
}

/// <summary>How models are measured on held-out images. Immutable; vary with <c>with</c>.</summary>
public sealed record SoupOptions
{
    /// <summary>How many images are in memory at once. At least 1; default 32.</summary>
    public int BatchSize { get; init => field = Check.AtLeast(value, 1); } = 32;

    /// <summary>What the encoder's products are computed in. Default float32.</summary>
    public Precision Precision { get; init => field = Check.Defined(value); } = Precision.Float32;
}

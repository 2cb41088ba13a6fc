using TorchSharp;
using WiseFt.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Training;

/// <summary>What training minimises: a micro-batch's share of its batch's loss, from what the model in training gives for it.</summary>
/// <param name="features">float32 (N, E), not normalised.</param>
/// <param name="logits">float32 (N, K).</param>
/// <param name="labels">int64 (N).</param>
/// <param name="zeroShot">theta_0: the weights that training began with, on the same device; not to be changed.</param>
/// <param name="batchSize">Images in the whole batch: the shares of its micro-batches add up to its loss.</param>
/// <returns>A scalar with a gradient; the caller disposes it.</returns>
internal delegate Tensor Objective(Tensor features, Tensor logits, Tensor labels, Weights zeroShot, int batchSize);

/// <summary>The objectives there are.</summary>
internal static class Objectives
{
    /// <summary>The objective of a recipe.</summary>
    public static Objective Of(FineTuningOptions options) => CrossEntropy(options.LabelSmoothing);

    /// <summary>Mean cross-entropy of the labels, in nats, a share of their probability spread evenly over all classes.</summary>
    public static Objective CrossEntropy(double labelSmoothing) => (_, logits, labels, _, batchSize) =>
    {
        using Scalar size = batchSize;
        using Tensor sum = functional.cross_entropy(logits, labels, reduction: Reduction.Sum, label_smoothing: labelSmoothing);
        return sum.div(size);
    };
}

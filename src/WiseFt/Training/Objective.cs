using TorchSharp;
using WiseFt.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Training;

/// <summary>What training minimises: a micro-batch's share of its batch's loss, from what the model in training gives for it.</summary>
/// <param name="features">float32 (N, E), not normalised.</param>
/// <param name="logits">float32 (N, K).</param>
/// <param name="labels">int64 (N).</param>
/// <param name="weights">What each image counts, without its class's weight: float32 (N); null where all count 1.</param>
/// <param name="zeroShot">theta_0: the weights that training began with, on the same device; not to be changed.</param>
/// <param name="total">What the images of the whole batch count together, class weights included: divided by it, the shares of its
/// micro-batches add up to its mean loss. 0 makes a share of 0 without a gradient.</param>
/// <returns>A scalar with a gradient; the caller disposes it.</returns>
internal delegate Tensor Objective(Tensor features, Tensor logits, Tensor labels, Tensor? weights, Weights zeroShot, double total);

/// <summary>The objectives there are.</summary>
internal static class Objectives
{
    /// <summary>The objective of a recipe.</summary>
    /// <param name="options">The recipe.</param>
    /// <param name="classWeights">Its class weights, float32 (K), on the logits' device; null where all weigh 1. Must stay alive.</param>
    public static Objective Of(FineTuningOptions options, Tensor? classWeights) => CrossEntropy(options.LabelSmoothing, classWeights);

    /// <summary>Mean cross-entropy of the labels, in nats, a share of their probability spread evenly over all classes.</summary>
    /// <remarks>With weights that of PyTorch: <see cref="ClassWeights"/>, each image's loss times its own weight, and the mean over what
    /// the images of the batch count.</remarks>
    public static Objective CrossEntropy(double labelSmoothing, Tensor? classWeights) => (_, logits, labels, weights, _, total) =>
    {
        using Tensor losses = functional.cross_entropy(
            logits, labels, classWeights, reduction: weights is null ? Reduction.Sum : Reduction.None, label_smoothing: labelSmoothing);
        using Tensor sum = weights is null ? losses.alias() : losses.dot(weights);   // from () or (N)
        using Scalar divisor = total;
        return total > 0 ? sum.div(divisor) : sum.mul(Scalars.Zero);
    };
}

using TorchSharp.Modules;
using WiseFt.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Models;

/// <summary>Batch normalisation as the module's own forward pass computes it.</summary>
internal static class BatchNormalisation
{
    /// <summary>Normalises by the batch in training, which also moves the running statistics, and by those elsewhere.</summary>
    /// <param name="norm">The module, with torch's epsilon, 1e-5; its momentum, 0.1 by torch's default, is the batch's part of the running
    /// statistics.</param>
    /// <param name="input">(N, C, H, W).</param>
    /// <returns>(N, C, H, W).</returns>
    /// <remarks>Differs from <c>norm.call</c>: that counts batches with a temporary Scalar, which a garbage collection can free while
    /// libtorch reads it ("Unknown scalar type"; see <see cref="Scalars"/>).</remarks>
    public static Tensor Normalise(this BatchNorm2d norm, Tensor input)
    {
        if (norm.training) norm.num_batches_tracked!.add_(Scalars.One);
        return functional.batch_norm(
            input, norm.running_mean!, norm.running_var!, norm.weight, norm.bias, norm.training, norm.momentum!.Value);
    }
}

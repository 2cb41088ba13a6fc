using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>A way of making one model of several, tensor by tensor.</summary>
internal interface IMergeMethod
{
    /// <summary>Merges the tensors that one name has in all models; gradients are off.</summary>
    /// <param name="name">The tensors' name.</param>
    /// <param name="destination">Where the merged tensor goes: it has the type and shape of the others, and may be one of them.</param>
    /// <param name="theta0">The base's tensor.</param>
    /// <param name="thetas">The other models' tensors, in their order; may be none.</param>
    /// <exception cref="NotFiniteNumberException">A merged number is NaN or infinite.</exception>
    void Merge(string name, Tensor destination, Tensor theta0, params ReadOnlySpan<Tensor> thetas);
}

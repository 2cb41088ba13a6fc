using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>A way of making one model of several, tensor by tensor.</summary>
internal interface IMergeMethod
{
    /// <summary>Merges the tensors that one name has in all models; gradients are off.</summary>
    /// <param name="name">The tensors' name.</param>
    /// <param name="destination">Where the merged tensor goes: it has the shape of the others, and may be one of them.</param>
    /// <param name="models">Gives their tensors, the base's first.</param>
    /// <exception cref="NotFiniteNumberException">A merged number is NaN or infinite.</exception>
    void Merge(string name, Tensor destination, IReadOnlyList<MergeModel> models);
}

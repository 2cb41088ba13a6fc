using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>Named tensors of which a part can be read without the rest.</summary>
internal interface ITensorParts
{
    /// <summary>Reads numbers of a tensor, in the order in which they lie.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="start">How many of its numbers come before.</param>
    /// <param name="destination">Where they go: plain, of the tensor's type, as long as the part.</param>
    /// <exception cref="CheckpointException">There is no such tensor, or its data cannot be read.</exception>
    void ReadPart(string name, long start, Tensor destination);
}

/// <summary>Parts of tensors of any file.</summary>
internal static class TensorParts
{
    /// <inheritdoc cref="ITensorParts.ReadPart"/>
    /// <remarks>Where a file cannot give a part, the whole tensor is read.</remarks>
    public static void ReadPart(this ITensorFile file, string name, long start, Tensor destination)
    {
        if (file is ITensorParts parts)
        {
            parts.ReadPart(name, start, destination);
            return;
        }
        using Tensor whole = file.Read(name), flat = whole.view(-1), part = flat.narrow(0, start, destination.numel());
        destination.copy_(part);
    }
}

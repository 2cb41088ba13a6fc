using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>Named tensors of which a part can be read without the rest, from any thread.</summary>
internal interface ITensorParts
{
    /// <summary>Reads numbers of a tensor as they lie.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="start">How many of its numbers come before.</param>
    /// <param name="destination">Where they go; as many whole numbers of the tensor's type as fit.</param>
    /// <exception cref="CheckpointException">There is no such tensor, its data cannot be read, or a number is NaN or infinite.</exception>
    void ReadPart(string name, long start, Span<byte> destination);
}

/// <summary>Parts of tensors wherever they lie.</summary>
internal static class TensorParts
{
    /// <inheritdoc cref="ITensorParts.ReadPart"/>
    /// <remarks>Where a file cannot give a part, the whole tensor is read.</remarks>
    public static void ReadPart(this ITensorFile file, string name, long start, Span<byte> destination)
    {
        if (file is ITensorParts parts)
        {
            parts.ReadPart(name, start, destination);
            return;
        }
        using Tensor whole = file.Read(name);
        whole.CopyPart(start, destination);
    }

    /// <summary>Copies numbers of a plain tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="start">How many of its numbers come before.</param>
    /// <param name="destination">Where they go.</param>
    public static unsafe void CopyPart(this Tensor tensor, long start, Span<byte> destination)
    {
        byte* first = (byte*)TensorBytes.Address(tensor) + start * tensor.dtype.ElementSize();
        new ReadOnlySpan<byte>(first, destination.Length).CopyTo(destination);
        GC.KeepAlive(tensor);
    }
}

using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>Named tensors that can be copied to where they are needed: in memory, in files, in a stream.</summary>
public interface ITensorSource
{
    /// <summary>Name, type and shape of each tensor, by name; known before memory is taken for them.</summary>
    IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    /// <summary>Copies tensors straight to where they are needed, without gradients.</summary>
    /// <param name="destinations">Some of these names, or all, each with a tensor of the type and shape of <see cref="Tensors"/>, on any
    /// device. A stream is read once, and so wants all of them.</param>
    /// <exception cref="WeightMismatchException">A destination is of another type or shape.</exception>
    /// <exception cref="CheckpointException">The data cannot be read.</exception>
    void CopyTo(IEnumerable<KeyValuePair<string, Tensor>> destinations);
}

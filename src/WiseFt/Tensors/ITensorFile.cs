using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>Named tensors on disk, which can be read one at a time too.</summary>
public interface ITensorFile : ITensorSource, IDisposable
{
    /// <summary>The file or folder they come from, for messages.</summary>
    string Path { get; }

    /// <summary>Reads one tensor into memory of its own.</summary>
    /// <param name="name">One of the names in <see cref="ITensorSource.Tensors"/>.</param>
    /// <returns>A contiguous CPU tensor of its type and shape, owned by the caller.</returns>
    /// <exception cref="CheckpointException">There is no such tensor, or its data cannot be read.</exception>
    Tensor Read(string name);
}

using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>Named tensors on disk, read one at a time.</summary>
public interface ITensorFile : IDisposable
{
    /// <summary>The file or folder they come from, for messages.</summary>
    string Path { get; }

    /// <summary>What the file holds, by name.</summary>
    IReadOnlyDictionary<string, TensorEntry> Tensors { get; }

    /// <summary>Reads one tensor into memory of its own.</summary>
    /// <param name="name">One of the names in <see cref="Tensors"/>.</param>
    /// <returns>A contiguous CPU tensor of the entry's type and shape, owned by the caller.</returns>
    /// <exception cref="CheckpointException">There is no such tensor, or its data cannot be read.</exception>
    Tensor Read(string name);
}

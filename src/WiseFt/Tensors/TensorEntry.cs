using System.Collections.Immutable;
using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>Name, type and shape of a tensor in a file.</summary>
/// <param name="Name">The tensor's name in the file.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its extent along each axis; empty for a scalar.</param>
public sealed record TensorEntry(string Name, ScalarType Type, ImmutableArray<long> Shape)
{
    /// <summary>How many numbers the tensor holds.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, extent) => product * extent);

    /// <summary>How many bytes the tensor's data takes.</summary>
    public long ByteLength => ElementCount * TorchSharp.TensorExtensionMethods.ElementSize(Type);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Type} ({string.Join(", ", Shape)})";
}

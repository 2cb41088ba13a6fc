using System.Collections.Immutable;
using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>What a tensor is for in the model that needs it.</summary>
internal enum TensorRole
{
    /// <summary>Trained: a floating-point number.</summary>
    Parameter,

    /// <summary>Gathered in training: a floating-point number.</summary>
    Statistic,

    /// <summary>Counted in training: an integer, zero where a file lacks it.</summary>
    Counter,
}

/// <summary>Name, type and shape of a tensor.</summary>
/// <param name="Name">The tensor's name in its model or file.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its extent along each axis; empty for a scalar.</param>
public sealed record TensorInfo(string Name, ScalarType Type, ImmutableArray<long> Shape)
{
    /// <summary>A tensor that a model needs: in float32, or int64 where it counts.</summary>
    /// <param name="name">Its name in the model.</param>
    /// <param name="shape">Its extent along each axis; empty for a scalar.</param>
    /// <param name="role">What it is for.</param>
    internal TensorInfo(string name, ImmutableArray<long> shape, TensorRole role = TensorRole.Parameter)
        : this(name, role == TensorRole.Counter ? ScalarType.Int64 : ScalarType.Float32, shape) => Role = role;

    /// <summary>How many numbers the tensor holds.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, extent) => checked(product * extent));

    /// <summary>How many bytes the tensor's data takes.</summary>
    public long ByteLength => ElementCount * Type.ElementSize();

    /// <summary>What a model needs it for; null where it is described as it was found.</summary>
    internal TensorRole? Role { get; init; }

    /// <summary>Whether its numbers are of a floating-point type that models are stored in.</summary>
    internal bool IsFloat => Type is ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float64;

    /// <summary>Whether its numbers are weights squeezed into 8 bits: no counter has several, no mask is of this type.</summary>
    internal bool IsQuantised => Type is ScalarType.Int8 or ScalarType.Byte && ElementCount > 1;

    /// <summary>The shape as messages write it: "(3, 224, 224)".</summary>
    internal string ShapeText => Text(Shape);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Type} {ShapeText}";

    /// <summary>A tensor as it is.</summary>
    internal static TensorInfo Of(string name, Tensor tensor) => new(name, tensor.dtype, [.. tensor.shape]);

    /// <summary>Named tensors as they are, by name.</summary>
    internal static Dictionary<string, TensorInfo> Of(IEnumerable<KeyValuePair<string, Tensor>> tensors) =>
        tensors.ToDictionary(t => t.Key, t => Of(t.Key, t.Value), StringComparer.Ordinal);

    /// <summary>A shape as messages write it.</summary>
    internal static string Text(IEnumerable<long> shape) => $"({string.Join(", ", shape)})";

    /// <summary>Whether a tensor of a file can become this one, which a model needs.</summary>
    internal bool Accepts(TensorInfo stored) =>
        Role == TensorRole.Counter ? stored.Type is ScalarType.Int64 or ScalarType.Int32 : stored.IsFloat;

    /// <summary>Whether another tensor has this one's shape.</summary>
    internal bool HasShapeOf(TensorInfo other) => Shape.AsSpan().SequenceEqual(other.Shape.AsSpan());
}

using System.Collections.Immutable;
using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>What a tensor of a model is for.</summary>
internal enum TensorRole
{
    /// <summary>Trained: a floating-point number.</summary>
    Parameter,

    /// <summary>Gathered in training: a floating-point number.</summary>
    Statistic,

    /// <summary>Counted in training: an integer, zero where a file lacks it.</summary>
    Counter,
}

/// <summary>A tensor that a model needs.</summary>
/// <param name="Name">OpenAI's name.</param>
/// <param name="Shape">Its extent along each axis; empty for a scalar.</param>
/// <param name="Role">What it is for.</param>
internal sealed record WantedTensor(string Name, ImmutableArray<long> Shape, TensorRole Role = TensorRole.Parameter)
{
    /// <summary>How many numbers it holds.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, extent) => checked(product * extent));

    /// <summary>Whether a file may store it in a type.</summary>
    public bool Accepts(ScalarType type) => Role == TensorRole.Counter
        ? type is ScalarType.Int64 or ScalarType.Int32
        : type is ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float64;
}

using System.Collections.Immutable;
using static TorchSharp.torch;

namespace WiseFt;

/// <summary>Type and shape of a tensor, which two models must share to be mixed.</summary>
internal readonly record struct TensorLayout(ScalarType Type, ImmutableArray<long> Shape)
{
    /// <summary>The layouts of named tensors.</summary>
    public static KeyValuePair<string, TensorLayout> Of(KeyValuePair<string, Tensor> tensor) =>
        KeyValuePair.Create(tensor.Key, new TensorLayout(tensor.Value.dtype, [.. tensor.Value.shape]));

    /// <summary>Throws unless another model's tensor of the same name has this layout.</summary>
    public void RequireSame(string name, TensorLayout other, string model, string otherModel)
    {
        if (!Shape.AsSpan().SequenceEqual(other.Shape.AsSpan()))
            throw new WeightMismatchException(
                $"The weights do not go together: '{name}' is ({string.Join(", ", Shape)}) in the {model} and ({string.Join(", ", other.Shape)}) in the {otherModel}. " +
                "Both must have the same architecture and class list.");
        if (Type != other.Type)
            throw new WeightMismatchException(
                $"The weights do not go together: '{name}' is {Type} in the {model} and {other.Type} in the {otherModel}. Convert one of them first.");
    }
}

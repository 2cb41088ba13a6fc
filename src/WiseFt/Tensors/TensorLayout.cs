using System.Collections.Immutable;
using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>Type and shape of a tensor, which two models must share to be mixed.</summary>
internal readonly record struct TensorLayout(ScalarType Type, ImmutableArray<long> Shape)
{
    /// <summary>The layouts of named tensors.</summary>
    public static KeyValuePair<string, TensorLayout> Of(KeyValuePair<string, Tensor> tensor) =>
        KeyValuePair.Create(tensor.Key, new TensorLayout(tensor.Value.dtype, [.. tensor.Value.shape]));

    /// <summary>Throws unless both have the same names, shapes and types.</summary>
    public static void RequireSame(
        IReadOnlyDictionary<string, TensorLayout> first, IReadOnlyDictionary<string, TensorLayout> second, string firstName, string secondName)
    {
        string[] missing = [.. first.Keys.Where(k => !second.ContainsKey(k)).Order(StringComparer.Ordinal)];
        string[] unknown = [.. second.Keys.Where(k => !first.ContainsKey(k)).Order(StringComparer.Ordinal)];
        if (missing.Length + unknown.Length > 0)
            throw new WeightMismatchException(
                $"The weights do not go together: {Listed.Counted(missing)} of the {first.Count} weights of the {firstName} missing from the {secondName}, " +
                $"{Listed.Counted(unknown)} of the {secondName} unknown to the {firstName}. Both must have the same architecture and class list.");
        foreach (var (name, layout) in first) layout.RequireSame(name, second[name], firstName, secondName);
    }

    /// <summary>Throws unless another model's tensor of the same name has this layout.</summary>
    private void RequireSame(string name, TensorLayout other, string model, string otherModel)
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

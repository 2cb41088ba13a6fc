using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>Whether tensors are those of another model, or those that a model needs; and the words for how they are not.</summary>
internal static class TensorMatch
{
    private const string SameModel = "Both must have the same architecture and class list.";

    /// <summary>Throws unless two models have the same names, shapes and types.</summary>
    /// <exception cref="WeightMismatchException">They have not.</exception>
    public static void RequireSame(
        IReadOnlyDictionary<string, TensorInfo> first, IReadOnlyDictionary<string, TensorInfo> second, string firstName, string secondName)
    {
        RequireSameShapes(first, second, firstName, secondName);
        foreach (TensorInfo tensor in first.Values)
            if (second[tensor.Name].Type is var type && type != tensor.Type)
                throw Refuse(
                    $"'{tensor.Name}' is {tensor.Type} in the {firstName} and {type} in the {secondName}. Convert one of them first.");
    }

    /// <summary>Throws unless two models have the same names and shapes.</summary>
    /// <exception cref="WeightMismatchException">They have not.</exception>
    public static void RequireSameShapes(
        IReadOnlyDictionary<string, TensorInfo> first, IReadOnlyDictionary<string, TensorInfo> second, string firstName, string secondName)
    {
        string[] missing = [.. first.Keys.Where(k => !second.ContainsKey(k)).Order(StringComparer.Ordinal)];
        string[] unknown = [.. second.Keys.Where(k => !first.ContainsKey(k)).Order(StringComparer.Ordinal)];
        if (missing.Length + unknown.Length > 0)
            throw Refuse(
                $"of the {first.Count} weights of the {firstName} {missing.Length} are missing{Names(missing)} from the {secondName}, " +
                $"and {unknown.Length} of the {secondName} are unknown to it{Names(unknown)}. {SameModel}");
        foreach (TensorInfo tensor in first.Values)
            if (second[tensor.Name] is var other && !other.HasShapeOf(tensor))
                throw Refuse(
                    $"'{tensor.Name}' is {tensor.ShapeText} in the {firstName} and {other.ShapeText} in the {secondName}. {SameModel}");
    }

    /// <summary>Throws unless there is just what a model needs, in the shapes that it needs.</summary>
    /// <exception cref="WeightMismatchException">A tensor is missing, unexpected, or of another shape.</exception>
    public static void RequireExactly(IReadOnlyCollection<TensorInfo> wanted, IReadOnlyDictionary<string, TensorInfo> found)
    {
        string[] missing = [.. wanted.Select(t => t.Name).Where(n => !found.ContainsKey(n))];
        string[] unexpected = [.. found.Keys.Except(wanted.Select(t => t.Name), StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (missing.Length + unexpected.Length > 0) throw Refuse($"{WrongNames(missing, unexpected)}. {SameModel}");
        foreach (TensorInfo tensor in wanted)
            if (!found[tensor.Name].HasShapeOf(tensor)) throw Refuse($"{WrongShape(found[tensor.Name], tensor)}. {SameModel}");
    }

    /// <summary>Throws unless a tensor of a source can be copied to another tensor bit for bit.</summary>
    /// <exception cref="WeightMismatchException">The other is of another type or shape.</exception>
    public static void RequireFit(TensorInfo tensor, Tensor destination)
    {
        if (destination.dtype != tensor.Type || !destination.shape.AsSpan().SequenceEqual(tensor.Shape.AsSpan()))
            throw Refuse(
                $"'{tensor.Name}' is {tensor.Type} {tensor.ShapeText}, " +
                $"and the tensor that it is copied to {destination.dtype} {TensorInfo.Text(destination.shape)}.");
    }

    /// <summary>Names that a model needs and that are not there, and names that it does not know.</summary>
    public static string WrongNames(IReadOnlyCollection<string> missing, IReadOnlyCollection<string> unexpected, int most = 3) =>
        $"{Listed.Counted(missing, most)} of the model's tensors missing, {Listed.Counted(unexpected, most)} unexpected";

    /// <summary>A tensor of another shape than is needed.</summary>
    public static string WrongShape(TensorInfo found, TensorInfo expected) =>
        $"'{found.Name}' is {found.ShapeText}; expected {expected.ShapeText}";

    private static string Names(string[] names) => names.Length == 0 ? "" : $" (first: {Listed.First(names)})";

    private static WeightMismatchException Refuse(string how) => new("The weights do not go together: " + how);
}

using System.Collections.Immutable;
using WiseFt.Merging;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Ensembling;

/// <summary>Whether models can be expected to merge well: whether they come from one initialisation.</summary>
/// <remarks>Fine-tuning hardly turns a weight matrix: its cosine with where it began stays above 0.9. Models that were initialised
/// apart have cosines near 0, and there is no low-loss path between them. Of each tensor the first 65,536 numbers are compared, which
/// costs next to nothing.</remarks>
internal static class MergePreflight
{
    private const int Sampled = TensorProducts.ChunkLength;
    private const double Related = 0.5;

    /// <summary>What is to be said of a recipe's models, one sentence each.</summary>
    /// <exception cref="WeightMismatchException">Integers that are no counters differ.</exception>
    public static ImmutableArray<string> Notes(MergeSources sources, IReadOnlySet<string> kept)
    {
        using IDisposable grad = no_grad();
        RequireSameIntegers(sources, kept);
        MergeModel origin = sources.Keeper;
        var notes = ImmutableArray.CreateBuilder<string>();
        foreach (MergeModel model in sources.Models.Select(m => m.Model).Where(m => m != origin))
        {
            string[] names = [.. origin.Tensors.Values.Where(t => t.IsFloat && !kept.Contains(t.Name)).Select(t => t.Name)];
            string[] heads = [.. names.Where(IsHead)];
            Add("encoder", names.Except(heads), "no path of good models leads from one to the other, and a mixture is worse than both");
            Add(
                "head", heads,
                "their classes lie elsewhere in the features. Build both on one zero-shot head, or keep the base's: `head: keep`");

            void Add(string what, IEnumerable<string> parts, string meaning)
            {
                if (Cosine(origin, model, parts) is { } cosine && cosine < Related)
                    notes.Add(string.Create(
                        System.Globalization.CultureInfo.InvariantCulture,
                        $"The {what}s of {origin.Name} and {model.Name} have the cosine {cosine:F2}: they do not come from one " +
                        $"initialisation (which leaves more than 0.9), so {meaning}."));
            }
        }
        return notes.ToImmutable();
    }

    private static bool IsHead(string name) => name.StartsWith("classification_head.", StringComparison.Ordinal);

    // Gains near 1 and biases near 0 say nothing of where a model comes from: matrices do.
    private static double? Cosine(MergeModel a, MergeModel b, IEnumerable<string> names)
    {
        InnerProducts total = TensorProducts.None(ProductsOf.Models, 2);
        foreach (TensorInfo tensor in names.Select(n => a.Tensors[n]).Where(t => t.Shape.Length >= 2))
        {
            using var scope = NewDisposeScope();
            TensorProducts.Add(total, ProductsOf.Models, [First(a, tensor), First(b, tensor)]);
        }
        return total.Norm(0) * total.Norm(1) > 0 ? total.Cosine(0, 1) : null;
    }

    private static Tensor First(MergeModel model, TensorInfo tensor)
    {
        Tensor part = empty([Math.Min(Sampled, tensor.ElementCount)], dtype: model.Tensors[tensor.Name].Type);
        foreach (Memory<byte> bytes in part.ByteChunks()) model.ReadPart(tensor.Name, 0, bytes.Span);
        return part;
    }

    private static void RequireSameIntegers(MergeSources sources, IReadOnlySet<string> kept)
    {
        foreach (TensorInfo tensor in sources.Keeper.Tensors.Values.Where(t => !t.IsFloat && !kept.Contains(t.Name) && !IsCounter(t.Name)))
            foreach (MergeModel model in sources.Models.Select(m => m.Model).Where(m => m != sources.Keeper))
            {
                using var scope = NewDisposeScope();
                if (!WeightSpace.AreEqual(sources.Keeper.Get(tensor.Name), model.Get(tensor.Name)))
                    throw new WeightMismatchException(
                        $"'{tensor.Name}' is {tensor.Type} {tensor.ShapeText}, integers, and they differ between " +
                        $"{sources.Keeper.Name} and {model.Name}: they cannot be averaged. Keep the base's: `keep: [{tensor.Name}]`.");
            }
    }

    private static bool IsCounter(string name) => name.EndsWith("num_batches_tracked", StringComparison.Ordinal);
}

using TorchSharp;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>sum of weight_i F_i theta_i / sum of weight_i F_i, number by number, where F_i is a model's diagonal Fisher information and at
/// least a floor: what a model's predictions depend on counts most.</summary>
/// <param name="settings">The models' weights, and the floor. Two models of the weights 1 - alpha and alpha are wise-ft's.</param>
/// <param name="fishers">Each model's Fisher information, under the names of its weights: in memory, or files that are open. A weight that
/// none of them has, such as a statistic of batch normalisation, becomes the weighted mean.</param>
/// <remarks>Computed in float64, a piece at a time: beside the models' tensors and F of one name a few MB are needed. Source: Matena and
/// Raffel (arXiv 2111.09832); mlfoundations/wise-ft src/wise_ft.py <c>_merge</c>. A floor of 0 is taken as the smallest there is, so that
/// what no model depends on becomes the weighted mean.</remarks>
internal sealed class FisherMerge(MergeSettings settings, IReadOnlyList<MergeModel> fishers) : IMergeMethod
{
    private const int PieceLength = 1 << 20;
    private const double DefaultFloor = 1e-8, SmallestFloor = 1e-200;

    /// <inheritdoc/>
    /// <exception cref="WeightMismatchException">Only some of the models have Fisher information of that name, it is of another shape, or
    /// of other models altogether.</exception>
    public void Merge(string name, Tensor destination, IReadOnlyList<MergeModel> models)
    {
        using var scope = NewDisposeScope();
        MergeModel[] merged = [.. models.TakeLast(fishers.Count)]; // the base only says which weights there are
        double[] weights = settings.Weights(name, normalize: true);
        Tensor[] thetas = [.. merged.Select(m => m.Get(name))];
        if (!IsWeighted(name, merged) || !destination.is_floating_point())
        {
            LinearCombination.Write(name, destination, thetas, weights);
            return;
        }
        Tensor[] information = [.. fishers.Select(f => f.Get(name))];
        double[] floors = [.. merged.Select((_, i) => Math.Max(settings.Of(i, p => p.Floor, name, DefaultFloor), SmallestFloor))];
        destination.copy_(WeightedMean(destination, thetas, information, weights, floors));
        if (!Finite.IsFinite(destination)) throw new NotFiniteNumberException($"The models cannot be merged: {Finite.Message(name)}");
    }

    /// <summary>The mean in the shape and type of its destination, on the CPU.</summary>
    private static Tensor WeightedMean(
        Tensor destination, Tensor[] thetas, Tensor[] information, double[] weights, double[] floors)
    {
        Tensor mean = empty(destination.shape, dtype: destination.dtype), flat = mean.view(-1);
        thetas = [.. thetas.Select(Flat)];
        information = [.. information.Select(Flat)];
        for (long start = 0; start < flat.numel(); start += PieceLength)
        {
            using var scope = NewDisposeScope();
            long length = Math.Min(PieceLength, flat.numel() - start);
            Tensor numerator = zeros(length, dtype: float64), denominator = zeros(length, dtype: float64);
            for (int i = 0; i < thetas.Length; i++)
            {
                using Scalar weight = weights[i], floor = floors[i];
                Tensor share = information[i].narrow(0, start, length).to(float64, copy: true).clamp_min_(floor).mul_(weight);
                denominator.add_(share, Scalars.One);
                numerator.add_(share.mul_(thetas[i].narrow(0, start, length).to(float64)), Scalars.One);
            }
            flat.narrow(0, start, length).copy_(numerator.div_(denominator));
        }
        return mean;

        static Tensor Flat(Tensor tensor) => tensor.cpu().contiguous().view(-1);
    }

    /// <summary>Whether there is Fisher information of a name.</summary>
    private bool IsWeighted(string name, MergeModel[] models)
    {
        if (fishers.FirstOrDefault(f => !f.Tensors.Keys.Any(models[0].Tensors.ContainsKey)) is { } foreign)
            throw new WeightMismatchException(
                $"The {foreign.Name} is of another model: it has {Listed.Counted([.. foreign.Tensors.Keys])}, and the {models[0].Name} " +
                $"{Listed.Counted([.. models[0].Tensors.Keys])}. Expected the same names.");
        MergeModel[] missing = [.. fishers.Where(f => !f.Tensors.ContainsKey(name))];
        if (missing.Length == fishers.Count) return false;
        if (missing.Length > 0)
            throw new WeightMismatchException(
                $"There is Fisher information of '{name}' in {fishers.Count - missing.Length} of {fishers.Count} models, and not in the " +
                $"{missing[0].Name}; expected it in all. Compute it anew for each.");
        TensorInfo theta = models[0].Tensors[name];
        if (fishers.FirstOrDefault(f => !f.Tensors[name].HasShapeOf(theta)) is { } other)
            throw new WeightMismatchException(
                $"'{name}' is {other.Tensors[name].ShapeText} in the {other.Name} and {theta.ShapeText} in the {models[0].Name}. " +
                "Expected Fisher information of the same model.");
        return true;
    }
}

using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>Drops entries of task vectors at random, small ones more often than large ones of the same row, divides what is kept by its
/// probability, and elects signs as <see cref="Ties"/>.</summary>
/// <remarks>An entry's probability to be kept goes with its rank in its row, from density - epsilon for the smallest to density + epsilon
/// for the largest; of equal ones the earlier ranks lower. Rows lie along a tensor's first axis; a vector is one row, and the one entry of
/// a row has the probability density. Source: Deep et al., DELLA-Merging (arXiv 2406.11617), section 3.1; mergekit's <c>della</c>, which
/// makes NaN of rows of one entry.</remarks>
internal sealed class Della(MergeSettings settings) : ITaskVectorMethod
{
    private const double Epsilon = 0.15;

    /// <inheritdoc/>
    public Tensor Merge(string name, IReadOnlyList<Tensor> taskVectors)
    {
        for (int i = 0; i < taskVectors.Count; i++) Drop(name, i, taskVectors[i]);
        return SignElection.Merge(taskVectors, settings.Weights(name, normalize: false), settings.All.Normalize ?? true);
    }

    /// <summary>The probabilities with which the entries of a row are kept.</summary>
    /// <param name="row">The entries.</param>
    /// <param name="density">Their mean.</param>
    /// <param name="epsilon">How far they go from it.</param>
    public static double[] Probabilities(ReadOnlySpan<float> row, double density, double epsilon)
    {
        double[] probabilities = new double[row.Length];
        if (row.Length == 1) return [density];
        // Magnitude first, then place: what is sorted has no equals, so that any sort is stable.
        ulong[] order = new ulong[row.Length];
        for (int i = 0; i < row.Length; i++) order[i] = (ulong)MagnitudeSelection.Bits(row[i]) << 32 | (uint)i;
        Array.Sort(order);
        for (int rank = 0; rank < order.Length; rank++)
            probabilities[(uint)order[rank]] = density - epsilon + 2 * epsilon * rank / (row.Length - 1);
        return probabilities;
    }

    private void Drop(string name, int model, Tensor taskVector)
    {
        double density = settings.Of(model, p => p.Density, name, 1), epsilon = settings.Of(model, p => p.Epsilon, name, Epsilon);
        if (density == 1) return;
        if (!(density - epsilon > 0 && density + epsilon < 1))
            throw new ArgumentException(FormattableString.Invariant(
                $"della keeps entries with probabilities from density - epsilon to density + epsilon: {density} -+ {epsilon} for ") +
                $"'{name}'. Both ends must lie in (0, 1): give a smaller epsilon, or the density 1, with which nothing is dropped.",
                nameof(name));
        bool rescale = settings.All.Rescale ?? true;
        var random = new ElementRandom(settings.All.Seed ?? 0, model, name);
        var numbers = new FloatElements(taskVector);
        long rows = taskVector.dim() < 2 ? 1 : taskVector.shape[0];
        int length = checked((int)(numbers.Length / rows));
        Parallel.For(0, rows, row => DropOfRow(numbers.Span(row * length, length), row * length));

        void DropOfRow(Span<float> entries, long start)
        {
            double[] probabilities = Probabilities(entries, density, epsilon);
            for (int i = 0; i < entries.Length; i++)
            {
                if (!(random[start + i] < probabilities[i])) entries[i] = 0;
                else if (rescale) entries[i] = (float)(entries[i] / probabilities[i]);
            }
        }
    }
}

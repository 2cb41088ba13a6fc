using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>Merges task vectors entry by entry: the sign of the weighted sum is elected, and the weighted entries that have it are added
/// or averaged.</summary>
/// <remarks>Source: Yadav et al., TIES-Merging (arXiv 2306.01708), section 4; mergekit multiplies by the weights before it elects, as
/// here.</remarks>
internal static class SignElection
{
    private const double NoWeight = 1e-8;

    /// <summary>Merges the task vectors of one name.</summary>
    /// <param name="taskVectors">Float32, contiguous, on the CPU, of one shape; the first is overwritten.</param>
    /// <param name="weights">A number for each.</param>
    /// <param name="normalize">Whether the sum of what agrees is divided by the sum of its weights.</param>
    /// <param name="otherwise">The sign that is elected where the sum is zero: 1 or -1.</param>
    /// <returns>The first task vector, now the merged one.</returns>
    public static Tensor Merge(IReadOnlyList<Tensor> taskVectors, double[] weights, bool normalize, int otherwise = 1)
    {
        FloatElements[] numbers = [.. taskVectors.Select(t => new FloatElements(t))];
        numbers[0].InParallel((start, count) => Merge(numbers, weights, normalize, otherwise, start, count));
        GC.KeepAlive(taskVectors);
        return taskVectors[0];
    }

    /// <summary>How many more entries elect plus than minus; those whose sum is zero elect none.</summary>
    public static long Majority(IReadOnlyList<Tensor> taskVectors, double[] weights)
    {
        FloatElements[] numbers = [.. taskVectors.Select(t => new FloatElements(t))];
        long majority = 0;
        numbers[0].InParallel((start, count) => Interlocked.Add(ref majority, Majority(numbers, weights, start, count)));
        GC.KeepAlive(taskVectors);
        return majority;
    }

    private static unsafe void Merge(
        FloatElements[] numbers, double[] weights, bool normalize, int otherwise, long start, int count)
    {
        float** taus = stackalloc float*[numbers.Length];
        Pointers(numbers, start, taus);
        for (int i = 0; i < count; i++)
        {
            double sum = Sum(taus, weights, i), agreed = 0, divisor = 0;
            double sign = sum > 0 ? 1 : sum < 0 ? -1 : otherwise;
            for (int n = 0; n < weights.Length; n++)
            {
                double entry = weights[n] * taus[n][i];
                if (!(entry * sign > 0)) continue;
                agreed += entry;
                divisor += weights[n];
            }
            taus[0][i] = (float)(normalize && Math.Abs(divisor) > NoWeight ? agreed / divisor : agreed);
        }
    }

    private static unsafe long Majority(FloatElements[] numbers, double[] weights, long start, int count)
    {
        float** taus = stackalloc float*[numbers.Length];
        Pointers(numbers, start, taus);
        long majority = 0;
        for (int i = 0; i < count; i++) majority += Math.Sign(Sum(taus, weights, i));
        return majority;
    }

    private static unsafe void Pointers(FloatElements[] numbers, long start, float** pointers)
    {
        for (int n = 0; n < numbers.Length; n++) pointers[n] = numbers[n].Pointer(start);
    }

    private static unsafe double Sum(float** taus, double[] weights, int i)
    {
        double sum = 0;
        for (int n = 0; n < weights.Length; n++) sum += weights[n] * taus[n][i];
        return sum;
    }
}

using System.Collections.Immutable;

namespace WiseFt.Evaluation;

/// <summary>Bins of a reliability diagram that hold equally many samples, so that none says something about a handful.</summary>
/// <remarks>Naeini, Cooper and Hauskrecht, AAAI 2015. Bins of equal width leave the tails, where few samples are, to chance.</remarks>
internal static class EqualCountBins
{
    private const int Least = 20, Most = 10;

    /// <summary>Bins the samples by confidence.</summary>
    /// <param name="predictions">One model's predictions on N samples.</param>
    /// <param name="labels">True classes, int32 (N), at least one.</param>
    /// <returns>By rising confidence at most 10 bins of 20 samples or more, or one of all; equal confidences share a bin.</returns>
    public static ImmutableArray<EqualCountBin> Measure(Predictions predictions, ImmutableArray<int> labels)
    {
        int[] order = [.. Enumerable.Range(0, labels.Length).OrderBy(i => predictions.Confidences[i])];
        int count = Math.Clamp(order.Length / Least, 1, Most);
        var bins = ImmutableArray.CreateBuilder<EqualCountBin>(count);
        for (int b = 0, start = 0; b < count && start < order.Length; b++)
        {
            int end = Math.Max((int)((long)(b + 1) * order.Length / count), Math.Min(start + Least, order.Length));
            while (end < order.Length && predictions.Confidences[order[end]] == predictions.Confidences[order[end - 1]]) end++;
            if (order.Length - end < Least) end = order.Length;
            bins.Add(Bin(order.AsSpan(start..end)));
            start = end;
        }
        return bins.ToImmutable();

        EqualCountBin Bin(ReadOnlySpan<int> samples)
        {
            double confidence = 0;
            int correct = 0;
            foreach (int i in samples)
            {
                confidence += predictions.Confidences[i];
                if (predictions.Classes[i] == labels[i]) correct++;
            }
            return new EqualCountBin(samples.Length, confidence / samples.Length, correct);
        }
    }
}

/// <summary>A point of a reliability diagram.</summary>
/// <param name="Count">Samples in the bin, at least 1.</param>
/// <param name="Confidence">Their mean confidence, in [0, 1].</param>
/// <param name="Correct">How many of them are right.</param>
internal sealed record EqualCountBin(int Count, double Confidence, int Correct)
{
    /// <summary>Share of the samples that are right, in [0, 1].</summary>
    public double Accuracy => (double)Correct / Count;

    /// <summary>The accuracy's exact 95 % interval.</summary>
    public ConfidenceInterval Interval => ConfidenceInterval.ClopperPearson(Correct, Count);
}

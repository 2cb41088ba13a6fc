using System.Collections.Immutable;

namespace WiseFt;

/// <summary>
/// How well softmax probabilities tell how often a model is right: calibration error, reliability diagram and likelihood.
/// </summary>
public sealed record Calibration
{
    private Calibration(ImmutableArray<CalibrationBin> bins, double negativeLogLikelihood)
    {
        Bins = bins;
        Count = bins.Sum(b => b.Count);
        NegativeLogLikelihood = negativeLogLikelihood;
        ExpectedCalibrationError = bins.Sum(b => (double)b.Count / Count * b.Gap);
        MaximumCalibrationError = bins.Max(b => b.Gap);
    }

    /// <summary>The reliability diagram: bins of equal width over (0, 1], in order.</summary>
    public ImmutableArray<CalibrationBin> Bins { get; }

    /// <summary>Number of samples, at least 1.</summary>
    public int Count { get; }

    /// <summary>Mean over the samples of their bin's |accuracy - confidence|, in [0, 1]; 0 is perfect.</summary>
    public double ExpectedCalibrationError { get; }

    /// <summary>The largest |accuracy - confidence| of a bin that has samples, in [0, 1].</summary>
    public double MaximumCalibrationError { get; }

    /// <summary>Mean of -log(probability of the label), in nats; 0 is perfect, log(K) is what equal probabilities get.</summary>
    public double NegativeLogLikelihood { get; }

    /// <summary>Measures the calibration of softmax(logits).</summary>
    /// <param name="logits">Logits (N, K); confidence is the largest softmax probability of a row.</param>
    /// <param name="labels">True classes, int32 (N), each in [0, K).</param>
    /// <param name="binCount">
    /// Bins of equal width, lower end open, upper end closed; at least 1. Default 15, as in Guo et al. (arXiv 1706.04599).
    /// </param>
    /// <exception cref="ArgumentException">Different lengths, a label out of range, or no bin.</exception>
    public static Calibration Measure(SampleMatrix logits, ReadOnlySpan<int> labels, int binCount = 15)
    {
        ArgumentNullException.ThrowIfNull(logits);
        Check.AtLeast(binCount, 1);
        SampleCheck.SameLength(labels.Length, nameof(labels), logits.Count, nameof(logits));
        SampleCheck.Classes(labels, logits.Width);
        int[] count = new int[binCount], correct = new int[binCount];
        double[] confidence = new double[binCount], row = new double[logits.Width];
        double loss = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            logits.CopyRow(i, row);
            double normalizer = SampleMatrix.LogSumExp(row);
            int predicted = SampleMatrix.ArgMax(row);
            double probability = Math.Exp(row[predicted] - normalizer);
            int bin = BinOf(probability, binCount);
            count[bin]++;
            confidence[bin] += probability;
            if (predicted == labels[i]) correct[bin]++;
            loss += normalizer - row[labels[i]];
        }
        return new Calibration([.. Enumerable.Range(0, binCount).Select(Bin)], loss / labels.Length);

        CalibrationBin Bin(int b) => new(
            (double)b / binCount, (double)(b + 1) / binCount, count[b],
            count[b] == 0 ? 0 : confidence[b] / count[b], count[b] == 0 ? 0 : (double)correct[b] / count[b]);
    }

    /// <summary>The bin b with b / bins &lt; probability &lt;= (b + 1) / bins, in exactly these divisions.</summary>
    private static int BinOf(double probability, int bins)
    {
        int bin = Math.Clamp((int)(probability * bins), 0, bins - 1);
        if (probability <= (double)bin / bins) bin--;
        else if (probability > (double)(bin + 1) / bins) bin++;
        return Math.Clamp(bin, 0, bins - 1);
    }
}

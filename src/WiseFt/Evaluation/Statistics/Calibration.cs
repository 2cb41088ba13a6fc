using System.Collections.Immutable;

namespace WiseFt.Evaluation;

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
        var gathered = new Gathered(binCount);
        double[] row = new double[logits.Width];
        for (int i = 0; i < labels.Length; i++)
        {
            logits.CopyRow(i, row);
            double normalizer = SampleMatrix.LogSumExp(row);
            int predicted = SampleMatrix.ArgMax(row);
            gathered.Add(Math.Exp(row[predicted] - normalizer), predicted == labels[i], normalizer - row[labels[i]]);
        }
        return gathered.ToCalibration();
    }

    /// <summary>Measures calibration where only each sample's confidence and its label's probability are known.</summary>
    /// <param name="predictions">One model's predictions on N samples.</param>
    /// <param name="labels">True classes, int32 (N).</param>
    /// <param name="binCount">Bins of equal width, at least 1. Default 15, as in Guo et al. (arXiv 1706.04599).</param>
    /// <exception cref="ArgumentException">No samples, different lengths, or no bin.</exception>
    /// <remarks>A label's probability of 0 in single precision counts as the smallest above it, 1.4e-45.</remarks>
    public static Calibration Measure(Predictions predictions, ReadOnlySpan<int> labels, int binCount = 15)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        Check.AtLeast(binCount, 1);
        SampleCheck.NotEmpty(labels.Length, nameof(labels));
        SampleCheck.SameLength(predictions.Classes.Length, nameof(predictions), labels.Length, nameof(labels));
        var gathered = new Gathered(binCount);
        for (int i = 0; i < labels.Length; i++)
        {
            double probability = Math.Max(predictions.LabelProbabilities[i], float.Epsilon);
            gathered.Add(predictions.Confidences[i], predictions.Classes[i] == labels[i], -Math.Log(probability));
        }
        return gathered.ToCalibration();
    }

    /// <summary>The bin b with b / bins &lt; probability &lt;= (b + 1) / bins, in exactly these divisions.</summary>
    private static int BinOf(double probability, int bins)
    {
        int bin = Math.Clamp((int)(probability * bins), 0, bins - 1);
        if (probability <= (double)bin / bins) bin--;
        else if (probability > (double)(bin + 1) / bins) bin++;
        return Math.Clamp(bin, 0, bins - 1);
    }

    /// <summary>Samples sorted into bins.</summary>
    private sealed class Gathered(int bins)
    {
        private readonly int[] _count = new int[bins], _correct = new int[bins];
        private readonly double[] _confidence = new double[bins];
        private double _loss;

        public void Add(double probability, bool isCorrect, double loss)
        {
            int bin = BinOf(probability, bins);
            _count[bin]++;
            _confidence[bin] += probability;
            if (isCorrect) _correct[bin]++;
            _loss += loss;
        }

        public Calibration ToCalibration() => new([.. Enumerable.Range(0, bins).Select(Bin)], _loss / _count.Sum());

        private CalibrationBin Bin(int b) => new(
            (double)b / bins, (double)(b + 1) / bins, _count[b],
            _count[b] == 0 ? 0 : _confidence[b] / _count[b], _count[b] == 0 ? 0 : (double)_correct[b] / _count[b]);
    }
}

/// <summary>
/// One bar of a reliability diagram: the samples whose confidence lies in (<paramref name="Lower"/>, <paramref name="Upper"/>].
/// </summary>
/// <param name="Lower">Lower end, a probability, not included.</param>
/// <param name="Upper">Upper end, a probability, included.</param>
/// <param name="Count">Samples in the bin; may be 0, and then there is no bar to draw.</param>
/// <param name="Confidence">Mean confidence of the samples, in [0, 1]; 0 if there are none.</param>
/// <param name="Accuracy">Share of the samples that are right, in [0, 1]; 0 if there are none.</param>
public sealed record CalibrationBin(double Lower, double Upper, int Count, double Confidence, double Accuracy)
{
    /// <summary>|accuracy - confidence|, in [0, 1]; 0 for an empty bin.</summary>
    public double Gap => Math.Abs(Accuracy - Confidence);
}

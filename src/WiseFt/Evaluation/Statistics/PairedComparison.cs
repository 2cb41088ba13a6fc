using MathNet.Numerics.Distributions;

namespace WiseFt.Evaluation;

/// <summary>Two models on the same samples: is the difference of their accuracies more than chance?</summary>
public sealed record PairedComparison
{
    private PairedComparison(
        int bothCorrect, int onlyFirstCorrect, int onlySecondCorrect, int bothWrong, double level, int resamples, int seed)
    {
        BothCorrect = bothCorrect;
        OnlyFirstCorrect = onlyFirstCorrect;
        OnlySecondCorrect = onlySecondCorrect;
        BothWrong = bothWrong;
        McNemarP = McNemar(onlyFirstCorrect, onlySecondCorrect);
        DifferenceInterval = Resample(level, resamples, seed);
    }

    /// <summary>Samples that both models get right.</summary>
    public int BothCorrect { get; }

    /// <summary>Samples that only the first model gets right.</summary>
    public int OnlyFirstCorrect { get; }

    /// <summary>Samples that only the second model gets right.</summary>
    public int OnlySecondCorrect { get; }

    /// <summary>Samples that both models get wrong.</summary>
    public int BothWrong { get; }

    /// <summary>Number of samples, at least 1.</summary>
    public int Count => BothCorrect + OnlyFirstCorrect + OnlySecondCorrect + BothWrong;

    /// <summary>Accuracy of the first less accuracy of the second, in [-1, 1]; positive where the first is better.</summary>
    public double Difference => ((double)OnlyFirstCorrect - OnlySecondCorrect) / Count;

    /// <summary>Exact two-sided McNemar p-value, in (0, 1]: how often equally good models differ at least so much.</summary>
    /// <remarks>
    /// Twice the binomial(n, 1/2) tail of the samples that only one model gets right; 1 where there are none. No mid-p correction.
    /// </remarks>
    public double McNemarP { get; }

    /// <summary>Paired percentile-bootstrap interval of <see cref="Difference"/>.</summary>
    public ConfidenceInterval DifferenceInterval { get; }

    /// <summary>Compares two models' predictions.</summary>
    /// <param name="first">The first model's classes, int32 (N).</param>
    /// <param name="second">The second model's classes, int32 (N), same samples in the same order.</param>
    /// <param name="labels">True classes, int32 (N).</param>
    /// <param name="level">Confidence level of the interval, in (0, 1). Default 0.95.</param>
    /// <param name="resamples">
    /// Bootstrap resamples, at least 1. Default 2000: bounds steady to a tenth of a standard error.
    /// </param>
    /// <param name="seed">Seed of the resampling: equal arguments give equal intervals. Default 0.</param>
    /// <exception cref="ArgumentException">No samples, different lengths, or a setting out of range.</exception>
    public static PairedComparison Measure(
        ReadOnlySpan<int> first, ReadOnlySpan<int> second, ReadOnlySpan<int> labels,
        double level = 0.95, int resamples = 2_000, int seed = 0)
    {
        SampleCheck.SameLength(first.Length, nameof(first), labels.Length, nameof(labels));
        SampleCheck.SameLength(second.Length, nameof(second), labels.Length, nameof(labels));
        return FromCorrectness(Correct(first, labels), Correct(second, labels), level, resamples, seed);
    }

    /// <summary>Compares two models by which samples each gets right, for labels that are sets or groups of frames.</summary>
    /// <param name="first">Whether the first model is right, bool (N).</param>
    /// <param name="second">Whether the second model is right, bool (N), same samples in the same order.</param>
    /// <param name="level">Confidence level of the interval, in (0, 1). Default 0.95.</param>
    /// <param name="resamples">Bootstrap resamples, at least 1. Default 2000.</param>
    /// <param name="seed">Seed of the resampling: equal arguments give equal intervals. Default 0.</param>
    /// <exception cref="ArgumentException">No samples, different lengths, or a setting out of range.</exception>
    public static PairedComparison FromCorrectness(
        ReadOnlySpan<bool> first, ReadOnlySpan<bool> second, double level = 0.95, int resamples = 2_000, int seed = 0)
    {
        SampleCheck.NotEmpty(first.Length, nameof(first));
        SampleCheck.SameLength(second.Length, nameof(second), first.Length, nameof(first));
        ConfidenceInterval.CheckLevel(level);
        Check.AtLeast(resamples, 1);
        var (both, onlyFirst, onlySecond) = Tally(first, second);
        return new PairedComparison(both, onlyFirst, onlySecond, first.Length - both - onlyFirst - onlySecond, level, resamples, seed);
    }

    /// <summary>Which samples a model gets right.</summary>
    internal static bool[] Correct(ReadOnlySpan<int> classes, ReadOnlySpan<int> labels)
    {
        bool[] correct = new bool[labels.Length];
        for (int i = 0; i < labels.Length; i++) correct[i] = classes[i] == labels[i];
        return correct;
    }

    /// <summary>How many samples both models get right, and how many one of them alone.</summary>
    internal static (int Both, int OnlyFirst, int OnlySecond) Tally(ReadOnlySpan<bool> first, ReadOnlySpan<bool> second)
    {
        int both = 0, onlyFirst = 0, onlySecond = 0;
        for (int i = 0; i < first.Length; i++)
        {
            if (first[i] && second[i]) both++;
            else if (first[i]) onlyFirst++;
            else if (second[i]) onlySecond++;
        }
        return (both, onlyFirst, onlySecond);
    }

    private static double McNemar(int onlyFirst, int onlySecond) =>
        onlyFirst == onlySecond ? 1 : Math.Min(1, 2 * Binomial.CDF(0.5, onlyFirst + onlySecond, Math.Min(onlyFirst, onlySecond)));

    /// <summary>
    /// Draws Count samples with replacement, again and again. Only samples that one model alone gets right move the difference, so the
    /// resampling jumps from one such draw to the next by geometric gaps: the same distribution as drawing every sample, at a fraction of
    /// the time.
    /// </summary>
    private ConfidenceInterval Resample(double level, int resamples, int seed)
    {
        int discordant = OnlyFirstCorrect + OnlySecondCorrect;
        if (discordant == 0) return new ConfidenceInterval(0, 0, level);
        var random = new Random(seed);
        double logConcordant = Math.Log((double)(Count - discordant) / Count); // -infinity, and so gaps of 0, if all are discordant
        double[] differences = new double[resamples];
        for (int i = 0; i < resamples; i++)
        {
            int difference = 0;
            for (double draw = Gap(); draw < Count; draw += 1 + Gap())
                difference += random.Next(discordant) < OnlyFirstCorrect ? 1 : -1;
            differences[i] = (double)difference / Count;
        }
        Array.Sort(differences);
        double tail = (1 - level) / 2;
        return new ConfidenceInterval(Quantile(differences, tail), Quantile(differences, 1 - tail), level);

        double Gap() => Math.Floor(Math.Log(1 - random.NextDouble()) / logConcordant);
    }

    /// <summary>The quantile of sorted values by linear interpolation (NumPy's default).</summary>
    private static double Quantile(double[] sorted, double probability)
    {
        double position = probability * (sorted.Length - 1);
        int below = (int)position;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}

using MathNet.Numerics.Distributions;

namespace WiseFt.Evaluation;

/// <summary>The difference of two mixtures' accuracies on the same images, averaged over test sets, with its uncertainty.</summary>
/// <param name="Observed">Accuracy of the first less accuracy of the second, in [-1, 1].</param>
/// <param name="Interval">Its interval.</param>
/// <param name="Differing">Images on which one of the two alone is right.</param>
/// <remarks>
/// Each set is adjusted by half an image in each cell of its 2 x 2 table (Agresti and Min, Statistics in Medicine 24, 2005: near its level
/// also on small sets), and the sets' variances add with the squares of their weights: images count as independent, within a set and
/// between sets. Frames of one video, or the same motif in several shifts, are not, and their intervals are too narrow.
/// </remarks>
internal sealed record AccuracyDifference(double Observed, ConfidenceInterval Interval, int Differing)
{
    private const double Level = 0.95, Power = 0.8, LeastWorthwhile = 0.005;

    private readonly double _standardError;

    private AccuracyDifference(double observed, ConfidenceInterval interval, int differing, double standardError)
        : this(observed, interval, differing) => _standardError = standardError;

    /// <summary>On the reference distribution.</summary>
    /// <inheritdoc cref="OfAverages"/>
    public static AccuracyDifference OfReference(RobustnessReport report, AlphaResult first, AlphaResult second, int tests) =>
        Measure(report, first, second, s => s == 0 ? 1 : 0, tests);

    /// <summary>On average over the shifts, each counting the same.</summary>
    /// <inheritdoc cref="OfAverages"/>
    public static AccuracyDifference OfShifts(RobustnessReport report, AlphaResult first, AlphaResult second, int tests) =>
        Measure(report, first, second, s => s == 0 ? 0 : 1.0 / (report.Sets.Length - 1), tests);

    /// <summary>Of <see cref="AlphaResult.AverageReferenceAndShifts"/>.</summary>
    /// <param name="report">The sweep.</param>
    /// <param name="first">A row of it.</param>
    /// <param name="second">A row of it.</param>
    /// <param name="tests">How many such differences are looked at, of which this is the most favourable: the interval is one of that
    /// many that hold together. At least 1.</param>
    public static AccuracyDifference OfAverages(RobustnessReport report, AlphaResult first, AlphaResult second, int tests)
    {
        int shifts = report.Sets.Length - 1;
        return Measure(report, first, second, s => shifts == 0 ? 1 : s == 0 ? 0.5 : 0.5 / shifts, tests);
    }

    /// <summary>Whether two mixtures say the same of every image.</summary>
    public static bool AreEqual(AlphaResult first, AlphaResult second) =>
        first.Predictions.Zip(second.Predictions).All(p => p.First.Classes.AsSpan().SequenceEqual(p.Second.Classes.AsSpan()));

    /// <summary>How many more images, of the sets as they are, would show a difference as large as the observed one with a probability
    /// of 0.8; null where it is below half a point.</summary>
    /// <param name="images">How many there are.</param>
    /// <returns>Rounded to two digits.</returns>
    public long? MoreImages(int images)
    {
        if (Math.Abs(Observed) < LeastWorthwhile) return null;
        double errors = Normal.InvCDF(0, 1, (1 + Interval.Level) / 2) + Normal.InvCDF(0, 1, Power);
        double times = Math.Pow(errors * _standardError / Observed, 2);
        double more = Math.Max(1, (times - 1) * images), digits = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(more)) - 1));
        return (long)(Math.Ceiling(more / digits) * digits);
    }

    private static AccuracyDifference Measure(
        RobustnessReport report, AlphaResult first, AlphaResult second, Func<int, double> weight, int tests)
    {
        double observed = 0, centre = 0, variance = 0;
        int differing = 0;
        for (int s = 0; s < report.Sets.Length; s++)
        {
            double w = weight(s);
            if (w == 0) continue;
            EvaluatedSet set = report.Sets[s];
            ReadOnlySpan<int> labels = set.Labels.AsSpan();
            var (_, onlyFirst, onlySecond) = PairedComparison.Tally(
                PairedComparison.Correct(first.Predictions[s].Classes.AsSpan(), labels),
                PairedComparison.Correct(second.Predictions[s].Classes.AsSpan(), labels));
            double n = set.Count + 2, d = (onlyFirst - onlySecond) / n;
            observed += w * (onlyFirst - onlySecond) / set.Count;
            centre += w * d;
            variance += w * w * ((onlyFirst + onlySecond + 1) / n - d * d) / n;
            differing += onlyFirst + onlySecond;
        }
        double level = 1 - (1 - Level) / tests, standardError = Math.Sqrt(variance);
        double reach = Normal.InvCDF(0, 1, (1 + level) / 2) * standardError;
        var interval = new ConfidenceInterval(Math.Max(-1, centre - reach), Math.Min(1, centre + reach), level);
        return new AccuracyDifference(observed, interval, differing, standardError);
    }
}

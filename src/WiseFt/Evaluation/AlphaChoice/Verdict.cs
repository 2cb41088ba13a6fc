using System.Collections.Immutable;
using System.Globalization;
using static WiseFt.Evaluation.AccuracyText;

namespace WiseFt.Evaluation;

/// <summary>Which alpha to ship, what it gains and costs against both end points, and whether that is more than chance.</summary>
/// <remarks>
/// The alpha that was decided on before the test stays, unless another one is better beyond chance: the best of many on a small test set
/// mostly has been lucky. Compared is the mean of the reference accuracy and the average over the shifts, the paper's "Avg ref., shifts".
/// Where there is no shift, the choice made before stays: the reference distribution alone favours the fine-tuned model (arXiv 2109.01903,
/// section 3).
/// </remarks>
public sealed record Verdict
{
    private Verdict()
    {
    }

    /// <summary>The mixing coefficient to ship, in [0, 1].</summary>
    public required double Alpha { get; init; }

    /// <summary>Whether it is another than the one decided on before, because it is better beyond chance.</summary>
    public required bool IsOverruled { get; init; }

    /// <summary>The mixture at <see cref="Alpha"/> less each end point, on the reference distribution and under shift; empty where the
    /// end points were not tried.</summary>
    public required ImmutableArray<AlphaComparison> Comparisons { get; init; }

    /// <summary>The verdict in words, the first sentence saying which alpha.</summary>
    public required ImmutableArray<string> Sentences { get; init; }

    /// <summary>All sentences.</summary>
    public string Text => string.Join(' ', Sentences);

    /// <summary>Judges a sweep.</summary>
    /// <param name="report">The sweep.</param>
    /// <param name="alpha">The coefficient decided on before. Default 0.5, the paper's choice.</param>
    /// <param name="isChosenHere">Whether it was picked on the reference images of this sweep: the intervals allow for that then. Default
    /// false.</param>
    /// <returns>Null where nobody can say: only accuracies are known, one row was tried, or the coefficient was not among them.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Alpha is NaN or outside [0, 1].</exception>
    public static Verdict? Measure(RobustnessReport report, double alpha = MixingCoefficient.Default, bool isChosenHere = false)
    {
        ArgumentNullException.ThrowIfNull(report);
        MixingCoefficient.Checked(alpha);
        if (!report.HasPredictions || report.Results.Length == 1 || report.Find(alpha) is not { } before) return null;
        AlphaResult best = report.Results.MaxBy(r => r.AverageReferenceAndShifts)!;
        // Of m others the luckiest is looked at: each must pass at an m-th of the level.
        int others = report.Results.Length - 1;
        var won = AccuracyDifference.OfAverages(report, best, before, others);
        AlphaResult shipped = won.Interval.Lower > 0 && report.Sets.Length > 1 ? best : before;
        int tests = isChosenHere || shipped != before ? others : 1;
        AlphaComparison[] comparisons = [.. EndPoints(report, shipped).SelectMany(end => Against(report, shipped, end, tests))];
        return new Verdict
        {
            Alpha = shipped.Alpha,
            IsOverruled = shipped != before,
            Comparisons = [.. comparisons],
            Sentences =
            [
                $"Ship alpha {Alpha(shipped.Alpha)}.",
                Accuracies(report, shipped),
                .. comparisons.GroupBy(c => c.Alpha).Select(end => InWords(report, shipped, report.At(end.Key), [.. end])),
                .. Doubts(report, before, best, shipped, won),
                .. tests == 1 ? (string[])[] : [
                    $"It was picked on these images, so the intervals of the comparisons allow for the {report.Results.Length} alphas " +
                    "that were tried; its accuracy is an upper bound."],
            ],
        };
    }

    private static IEnumerable<AlphaResult> EndPoints(RobustnessReport report, AlphaResult shipped) =>
        new[] { report.Find(0), report.Find(1) }.OfType<AlphaResult>().Where(end => end != shipped);

    private static IEnumerable<AlphaComparison> Against(RobustnessReport report, AlphaResult shipped, AlphaResult end, int tests)
    {
        int reference = report.Sets[0].Count, shifts = report.Sets.Skip(1).Sum(s => s.Count);
        yield return Of(report.Sets[0].Name, AccuracyDifference.OfReference(report, shipped, end, tests), reference);
        if (shifts > 0) yield return Of(AlphaComparison.Shifts, AccuracyDifference.OfShifts(report, shipped, end, tests), shifts);

        AlphaComparison Of(string on, AccuracyDifference d, int images) => new(end.Alpha, on, d.Observed, d.Interval, d.Differing)
        {
            MoreImages = d.Interval.Contains(0) ? d.MoreImages(images) : null,
        };
    }

    private static string Accuracies(RobustnessReport report, AlphaResult shipped)
    {
        EvaluatedSet reference = report.Sets[0];
        var interval = ConfidenceInterval.ClopperPearson((int)Math.Round(shipped.Reference * reference.Count), reference.Count);
        string text = $"It has {Percent(shipped.Reference)} % on {reference.Name} (95 % interval {Percent(interval.Lower)} to " +
            $"{Percent(interval.Upper)} %; {Images(reference.Count)})";
        if (shipped.AverageShifts is not double shifts) return text + ".";
        string sets = report.Sets.Length == 2 ? "one shift" : $"{report.Sets.Length - 1} shifts";
        return $"{text} and {Percent(shifts)} % under shift ({sets}, {Images(report.Sets.Skip(1).Sum(s => s.Count))}).";
    }

    private static string InWords(RobustnessReport report, AlphaResult shipped, AlphaResult end, AlphaComparison[] comparisons)
    {
        string name = end.Alpha == 0 ? "zero-shot" : "fine-tuned";
        if (AccuracyDifference.AreEqual(shipped, end))
            return $"It gives the {name} model's answer on every image" +
                (report.Find(0) is { } zeroShot && report.Find(1) is { } fineTuned && AccuracyDifference.AreEqual(zeroShot, fineTuned)
                    ? ": fine-tuning changed no answer, so train longer or at a higher learning rate." : ".");
        return comparisons.All(c => c.Differing == 0)
            ? $"It is right on the same images as the {name} model."
            : $"Against the {name} model it {string.Join(" and ", comparisons.Select(InWords))}.";
    }

    private static string InWords(AlphaComparison c)
    {
        string where = c.On == AlphaComparison.Shifts ? "under shift" : "on " + c.On;
        string what = Math.Abs(c.Difference) < 0.0005 ? "neither gains nor loses" : c.Difference > 0
            ? $"gains {Percent(c.Difference)} points" : $"loses {Percent(-c.Difference)} points";
        return $"{what} {where} ({Points(c.Interval.Lower)} to {Points(c.Interval.Upper)}: " +
            $"{(c.IsBeyondChance ? "more than chance" : "may be chance")}" +
            (c.MoreImages is long more ? $", {more.ToString("N0", CultureInfo.InvariantCulture)} more images would tell)" : ")");
    }

    private static IEnumerable<string> Doubts(
        RobustnessReport report, AlphaResult before, AlphaResult best, AlphaResult shipped, AccuracyDifference won)
    {
        bool hasShifts = report.Sets.Length > 1;
        string measure = hasShifts ? $"the average over {report.Sets[0].Name} and shifts" : report.Sets[0].Name;
        string by = $"{Percent(won.Observed)} points", interval = $"{Points(won.Interval.Lower)} to {Points(won.Interval.Upper)}";
        string tried = $"{report.Results.Length} alphas";
        if (shipped != before)
            yield return $"It is better than alpha {Alpha(before.Alpha)}, the choice made before, beyond chance: by {by} on {measure} " +
                $"({interval}, allowing for the {tried} that were tried).";
        else if (won.Interval.Lower > 0)
            yield return $"On images like these alone alpha {Alpha(best.Alpha)} is better beyond chance, by {by} ({interval}, allowing " +
                $"for the {tried} that were tried).";
        else if (won.Observed > 0)
            yield return $"Alpha {Alpha(best.Alpha)} came out {by} higher on {measure} ({interval}), which may be chance among {tried}; " +
                $"{More(won.MoreImages(report.Sets.Sum(s => s.Count)))}.";
        if (!hasShifts)
            yield return "Nothing was measured under distribution shift, for which the zero-shot model's share is kept.";
    }

    private static string More(long? images) => images is not long more
        ? "a difference so small is not worth more images"
        : $"about {more.ToString("N0", CultureInfo.InvariantCulture)} more images like these would tell";

    private static string Images(int count) => $"{count.ToString("N0", CultureInfo.InvariantCulture)} {(count == 1 ? "image" : "images")}";
}

/// <summary>The shipped mixture's accuracy less an end point's on the same images.</summary>
/// <param name="Alpha">The end point: 0 or 1.</param>
/// <param name="On">The reference distribution's name, or <see cref="Shifts"/> for the average over the shifts.</param>
/// <param name="Difference">Observed, in [-1, 1]; positive where the mixture is better.</param>
/// <param name="Interval">Its interval: of 95 %, or more where the mixture was picked on these images.</param>
/// <param name="Differing">Images on which one of the two alone is right.</param>
public sealed record AlphaComparison(double Alpha, string On, double Difference, ConfidenceInterval Interval, int Differing)
{
    /// <summary>What <see cref="On"/> calls the average over the shifts.</summary>
    public const string Shifts = "shifts";

    /// <summary>How many more images, of the sets as they are, would show such a difference with a probability of 0.8; null where it is
    /// more than chance already, or smaller than half a point.</summary>
    public long? MoreImages { get; init; }

    /// <summary>Whether the interval excludes 0.</summary>
    public bool IsBeyondChance => !Interval.Contains(0);
}

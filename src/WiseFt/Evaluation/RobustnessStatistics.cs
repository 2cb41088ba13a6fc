using System.Collections.Immutable;

namespace WiseFt.Evaluation;

/// <summary>The statistics of a robustness report: intervals, tests, calibration, diversity, effective robustness.</summary>
public sealed record RobustnessStatistics
{
    private RobustnessStatistics()
    {
    }

    /// <summary>The mixing coefficient of "the mixture" in the comparisons: the one asked for, or the nearest that was tried.</summary>
    public required double MixtureAlpha { get; init; }

    /// <summary>The test sets in the report's order.</summary>
    public required ImmutableArray<SetStatistics> Sets { get; init; }

    /// <summary>What the fixed alpha 0.5 loses to the best on the average over reference and shifts;
    /// null where 0.5 was not tried.</summary>
    public required double? AverageRegret { get; init; }

    /// <summary>Observation 2: the alpha that beats both end points by most on every test set at once; null without end points.</summary>
    public required EndPointGain? Gain { get; init; }

    /// <summary>Computes them.</summary>
    /// <param name="report">The report.</param>
    /// <param name="baselines">
    /// The baseline of effective robustness for shifts by name: fitted to one's own models (<see cref="BaselineFit.Fit"/>) or ImageNet's
    /// (<see cref="ImageNetBaselines.Find"/>). Null for none.
    /// </param>
    /// <param name="alpha">The mixture to compare; the nearest that was tried counts. Default 0.5, the paper's choice.</param>
    /// <exception cref="ArgumentException">A baseline is given for a shift that the report has not, or alpha is no coefficient.</exception>
    public static RobustnessStatistics Measure(
        RobustnessReport report, IReadOnlyDictionary<string, BaselineFit>? baselines = null, double alpha = MixingCoefficient.Default)
    {
        ArgumentNullException.ThrowIfNull(report);
        MixingCoefficient.Checked(alpha);
        RequireKnown(report, baselines);
        ImmutableArray<double> alphas = report.Alphas;
        bool hasEnds = report.Find(0) is not null && report.Find(1) is not null,
            hasHalf = report.Find(MixingCoefficient.Default) is not null;
        double mixture = alphas.OrderBy(a => Math.Abs(a - alpha)).First();
        double[] averages = [.. report.Results.Select(r => r.AverageReferenceAndShifts)];
        return new RobustnessStatistics
        {
            MixtureAlpha = mixture,
            Sets = [.. report.Sets.Select((_, s) =>
                OfSet(report, s, mixture, hasEnds, hasHalf, s == 0 ? null : baselines?.GetValueOrDefault(report.Sets[s].Name)))],
            AverageRegret = hasHalf ? AlphaSelector.Regret(alphas, averages) : null,
            Gain = hasEnds
                ? EndPointGain.Measure(alphas, [.. report.Sets.Select((_, s) => (IReadOnlyList<double>)report.Accuracies(s))])
                : null,
        };
    }

    private static SetStatistics OfSet(
        RobustnessReport report, int s, double mixtureAlpha, bool hasEnds, bool hasHalf, BaselineFit? baseline)
    {
        EvaluatedSet set = report.Sets[s];
        ImmutableArray<double> alphas = report.Alphas, accuracies = report.Accuracies(s);
        Predictions? zeroShot = Of(report, 0, s), mixture = Of(report, mixtureAlpha, s), fineTuned = Of(report, 1, s);
        bool differs = hasEnds && zeroShot is not null, compares = differs && mixtureAlpha is > 0 and < 1;
        return new SetStatistics
        {
            Name = set.Name,
            Count = set.Count,
            Intervals = set.Count == 0
                ? []
                : [.. accuracies.Select(a => ConfidenceInterval.ClopperPearson((int)Math.Round(a * set.Count), set.Count))],
            Best = AlphaSelector.BestAccuracy(alphas, accuracies),
            Regret = hasHalf ? AlphaSelector.Regret(alphas, accuracies) : null,
            Barrier = hasEnds ? ErrorBarrier.Measure(alphas, accuracies) : null,
            Gain = hasEnds ? EndPointGain.Measure(alphas, accuracies) : null,
            Models = mixture is null ? [] : [.. new[] { 0, mixtureAlpha, 1 }.Distinct().Where(a => report.Find(a) is not null)
                .Select(a => ModelStatistics.Measure(a, Of(report, a, s)!, set, report.ClassNamesOf(s).Length))],
            Groupings = report.HasPredictions ? [.. set.Groupings.Select(g => GroupingStatistics.Measure(g, report, s))] : [],
            Frames = report.HasPredictions && !set.FrameGroups.IsEmpty
                ? [.. report.Results.Select(r => FrameRobustness.Measure(r.Predictions[s], set, report.ClassNamesOf(s)))]
                : [],
            AgainstZeroShot = compares ? Compare(mixture!, zeroShot!, set) : null,
            AgainstFineTuned = compares ? Compare(mixture!, fineTuned!, set) : null,
            Diversity = differs && s < report.Divergences.Length
                ? Diversity.Measure(
                    zeroShot!, fineTuned!, set.Labels.AsSpan(), report.ClassNamesOf(s).Length, report.Divergences[s].MeanKullbackLeibler)
                : null,
            CkaComplement = s < report.Divergences.Length ? report.Divergences[s].CkaComplement : null,
            Overrides = compares
                ? OverrideFractions.Measure(
                    zeroShot!.Classes.AsSpan(), fineTuned!.Classes.AsSpan(), mixture!.Classes.AsSpan(), set.Labels.AsSpan())
                : null,
            EffectiveRobustness = baseline is null
                ? []
                : [.. report.Results.Select(r => EffectiveRobustness.Measure(r.Reference, r.Accuracies[s], baseline))],
        };
    }

    private static PairedComparison Compare(Predictions first, Predictions second, EvaluatedSet set) =>
        PairedComparison.Measure(first.Classes.AsSpan(), second.Classes.AsSpan(), set.Labels.AsSpan());

    private static Predictions? Of(RobustnessReport report, double alpha, int s) =>
        report.HasPredictions ? report.Find(alpha)?.Predictions[s] : null;

    private static void RequireKnown(RobustnessReport report, IReadOnlyDictionary<string, BaselineFit>? baselines)
    {
        string[] shifts = [.. report.Sets.Skip(1).Select(s => s.Name)];
        string? unknown = baselines?.Keys.FirstOrDefault(name => !shifts.Contains(name, StringComparer.Ordinal));
        if (unknown is not null)
            throw new ArgumentException(
                $"A baseline is given for '{unknown}', which is no shift of the report; " +
                $"its shifts are {(shifts.Length == 0 ? "none" : string.Join(", ", shifts))}.", nameof(baselines));
    }
}

using System.Collections.Immutable;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>The tables of statistics: paired comparisons, the paper's observations, per-class scores and calibration, diversity.</summary>
internal static class StatisticsTables
{
    /// <summary>The mixture against the end points.</summary>
    public static IEnumerable<PageTable> Comparing(RobustnessStatistics statistics)
    {
        if (statistics.Sets.Any(s => s.AgainstZeroShot is not null)) yield return Comparisons(statistics);
    }

    /// <summary>What explains the accuracies.</summary>
    public static IEnumerable<PageTable> Explaining(RobustnessReport report, RobustnessStatistics statistics)
    {
        if (statistics.Gain is not null) yield return Observations(statistics);
        if (statistics.Sets.Any(s => !s.Models.IsEmpty)) yield return Scores(report, statistics);
        if (statistics.Sets.Any(s => !s.Groupings.IsEmpty)) yield return WorstGroups(report, statistics);
        if (statistics.Sets.Any(s => !s.Frames.IsEmpty)) yield return FrameGroups(report, statistics);
    }

    /// <summary>How differently the end points decide.</summary>
    public static IEnumerable<PageTable> Diversities(RobustnessStatistics statistics)
    {
        if (statistics.Sets.Any(s => s.Diversity is not null)) yield return DiversityTable(statistics);
    }

    private static PageTable Comparisons(RobustnessStatistics statistics)
    {
        return new PageTable(
            $"Mixture {Text.Alpha(statistics.MixtureAlpha)} against each end point",
            "Difference in accuracy on the same images, in percentage points, with a 95 % paired bootstrap interval; " +
            "how many images only one of the two gets right; exact McNemar test.",
            ["test set", "against", "difference", "95 % interval", "only mixture right", "only end point right", "McNemar p"],
            [.. statistics.Sets.SelectMany(s => new[]
            {
                Row(s.Name, "zero-shot", s.AgainstZeroShot), Row(s.Name, "fine-tuned", s.AgainstFineTuned),
            }.OfType<ImmutableArray<string>>())]);

        static ImmutableArray<string>? Row(string name, string other, PairedComparison? c) => c is null ? null :
            [
                name, other, Text.Points(c.Difference), Text.PointsInterval(c.DifferenceInterval), Text.Number(c.OnlyFirstCorrect, "0"),
                Text.Number(c.OnlySecondCorrect, "0"), Text.Probability(c.McNemarP)];
    }

    private static PageTable Observations(RobustnessStatistics statistics)
    {
        EndPointGain joint = statistics.Gain!;
        return new PageTable(
            "The paper's observations",
            "1: no mixture falls below the straight line between the end points (lowest gap, in percentage points). 2: " +
            "some mixture is above both end points (largest gain, of an alpha chosen on the test set itself). " +
            (joint.Holds
                ? $"On all test sets at once observation 2 holds at alpha {Text.Alpha(joint.Alpha)}, " +
                    $"by at least {Text.Points(joint.Gain)} points."
                : "On all test sets at once observation 2 does not hold on these alphas; " +
                    $"alpha {Text.Alpha(joint.Alpha)} comes nearest ({Text.Points(joint.Gain)} points on the worst)."),
            ["test set", "lowest gap", "at alpha", "observation 1", "largest gain", "at alpha", "observation 2"],
            [.. statistics.Sets.Where(s => s.Barrier is not null && s.Gain is not null).Select(s => (ImmutableArray<string>)[
                s.Name, Text.Points(s.Barrier!.Barrier), Text.Alpha(s.Barrier.Alpha), s.Barrier.Holds ? "holds" : "does not hold",
                Text.Points(s.Gain!.Gain), Text.Alpha(s.Gain.Alpha), s.Gain.Holds ? "holds" : "does not hold"])]);
    }

    private static PageTable Scores(RobustnessReport report, RobustnessStatistics statistics) => new(
        "Classes and calibration",
        "Macro F1 and the worst class's accuracy in percent; expected calibration error (15 bins) in percent; " +
        "negative log-likelihood in nats.",
        ["test set", "model", "macro F1", "worst class", "its accuracy", "its images", "calibration error", "log-likelihood loss"],
        [.. statistics.Sets.SelectMany((s, place) => s.Models.Select(m => (ImmutableArray<string>)[
            s.Name, Text.Model(m.Alpha), Text.Percent(m.Metrics.MacroF1), report.ClassNamesOf(place)[m.WorstClass.Group],
            Text.Percent(m.WorstClass.Accuracy),
            Text.Number(m.WorstClass.Count, "0"), Text.Percent(m.Calibration.ExpectedCalibrationError),
            Text.Number(m.Calibration.NegativeLogLikelihood, "0.000")]))]);

    private static PageTable WorstGroups(RobustnessReport report, RobustnessStatistics statistics)
    {
        double[] shown = [.. new[] { 0, statistics.MixtureAlpha, 1 }.Distinct().Where(a => report.Find(a) is not null)];
        return new PageTable(
            "Worst groups",
            "The group of the lowest accuracy, in percent with a 95 % Clopper-Pearson interval. Images without a group do not count. " +
            "The best alpha is the one whose worst group is best; it is chosen on the test set itself.",
            ["test set", "groups", "model", "worst group", "its accuracy", "its images"],
            [.. statistics.Sets.SelectMany(s => s.Groupings.SelectMany(g =>
                shown.Select(a => Row(s, g, Text.Model(a), a))
                    .Append(Row(s, g, $"best alpha {Text.Alpha(g.Best.Alpha)}", g.Best.Alpha))))]);

        ImmutableArray<string> Row(SetStatistics set, GroupingStatistics grouping, string model, double alpha)
        {
            GroupAccuracy worst = grouping.ByAlpha[report.Results.IndexOf(report.At(alpha))].Worst;
            return [
                set.Name, grouping.Name, model, grouping.GroupNames[worst.Group],
                $"{Text.Percent(worst.Accuracy)} {Text.Interval(worst.Interval())}", Text.Number(worst.Count, "0")];
        }
    }

    private static PageTable FrameGroups(RobustnessReport report, RobustnessStatistics statistics)
    {
        double[] shown = [.. new[] { 0, statistics.MixtureAlpha, 1 }.Distinct().Where(a => report.Find(a) is not null)];
        return new PageTable(
            "Groups of frames",
            "pm-0: anchor frames that are right. pm-k: anchors that are right together with every frame of their group. " +
            "In percent, with 95 % Clopper-Pearson intervals.",
            ["test set", "groups", "model", "pm-0", "pm-k"],
            [.. statistics.Sets.Where(s => !s.Frames.IsEmpty).SelectMany(s => shown.Select(a => Row(s, a)))]);

        ImmutableArray<string> Row(SetStatistics set, double alpha)
        {
            FrameRobustness frames = set.Frames[report.Results.IndexOf(report.At(alpha))];
            return
            [
                set.Name, Text.Number(frames.Count, "0"), Text.Model(alpha),
                $"{Text.Percent(frames.Pm0)} {Text.Interval(frames.Pm0Interval())}",
                $"{Text.Percent(frames.PmK)} {Text.Interval(frames.PmKInterval())}",
            ];
        }
    }

    private static PageTable DiversityTable(RobustnessStatistics statistics) => new(
        "How differently the end points decide",
        "The paper's appendix E. Disagreement, and the part of it in which one of the two is right, in percent; " +
        "complement of Cohen's kappa; mean Kullback-Leibler divergence in nats; " +
        "complement of centred kernel alignment of the features; mean margin between the two largest logits; " +
        "and how often the mixture follows each model where they disagree, in percent of all images (in brackets: rightly).",
        [
            "test set", "disagree", "one right", "1 − kappa", "KL", "1 − CKA", "margin zero-shot", "margin fine-tuned", "follows zero-shot",
            "follows fine-tuned", "follows neither"],
        [.. statistics.Sets.Where(s => s.Diversity is not null).Select(s => (ImmutableArray<string>)[
            s.Name, Text.Percent(s.Diversity!.Disagreement), Text.Percent(s.Diversity.PredictionDiversity),
            Text.Number(s.Diversity.KappaComplement, "0.000"),
            Text.Number(s.Diversity.MeanKullbackLeibler, "0.000"), s.CkaComplement is double cka ? Text.Number(cka, "0.000") : "–",
            Text.Number(s.Diversity.FirstMeanMargin, "0.00"), Text.Number(s.Diversity.SecondMeanMargin, "0.00"),
            .. Followed(s.Overrides)])]);

    private static string[] Followed(OverrideFractions? overrides) => overrides is null ? ["–", "–", "–"] :
    [
        $"{Text.Percent(overrides.FirstOverrides)} ({Text.Percent(overrides.FirstOverridesRightly)})",
        $"{Text.Percent(overrides.SecondOverrides)} ({Text.Percent(overrides.SecondOverridesRightly)})",
        Text.Percent(overrides.Neither),
    ];
}

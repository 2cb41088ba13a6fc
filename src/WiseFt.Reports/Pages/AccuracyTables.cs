using System.Collections.Immutable;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>The tables of accuracies: by alpha, by test set, of output-space ensembles, against the baseline.</summary>
internal static class AccuracyTables
{
    public static IEnumerable<PageTable> Create(RobustnessReport report, RobustnessStatistics statistics, Verdict? verdict)
    {
        yield return ByAlpha(report, statistics, verdict);
        yield return BySet(report, statistics);
        if (!report.OutputEnsembles.IsEmpty) yield return Ensembles(report);
        if (statistics.Sets.Any(s => !s.EffectiveRobustness.IsEmpty)) yield return Effective(report, statistics);
    }

    private static PageTable ByAlpha(RobustnessReport report, RobustnessStatistics statistics, Verdict? verdict)
    {
        bool hasShifts = report.Sets.Length > 1;
        return new PageTable(
            "Accuracy by mixing coefficient",
            "Top-1 accuracy in percent. Alpha 0 is the zero-shot model, 1 the fine-tuned one. " +
            (verdict is null ? "The marked row is the alpha decided on before." : "The marked row is the verdict's."),
            ["alpha", .. report.Sets.Select(s => s.Name), .. hasShifts ? (string[])["avg shifts", "avg ref+shifts"] : []],
            [.. report.Results.Select(r => (ImmutableArray<string>)[
                Text.Alpha(r.Alpha), .. r.Accuracies.Select(Text.Percent),
                .. r.AverageShifts is double shifts ? (string[])[Text.Percent(shifts), Text.Percent(r.AverageReferenceAndShifts)] : []])],
            report.Results.IndexOf(report.At(statistics.MixtureAlpha)));
    }

    private static PageTable BySet(RobustnessReport report, RobustnessStatistics statistics)
    {
        double[] shown = [.. new[] { 0, statistics.MixtureAlpha, 1 }.Distinct().Where(a => report.Find(a) is not null)];
        return new PageTable(
            "Accuracy by test set",
            "Top-1 accuracy in percent with 95 % Clopper-Pearson intervals. The best alpha is chosen on the test set itself, so its " +
            "accuracy is an upper bound; the regret is what alpha 0.5 loses to it, in percentage points.",
            ["test set", "images", .. shown.Select(Text.Model), "best alpha", "accuracy there", "regret of 0.5"],
            [.. statistics.Sets.Select((set, s) => (ImmutableArray<string>)[
                set.Name, Text.Count(set.Count), .. shown.Select(a => Cell(report, set, a, s)),
                Text.Alpha(set.Best.Alpha), Text.Percent(set.Best.Score), set.Regret is double regret ? Text.Percent(regret) : "–"])]);
    }

    private static string Cell(RobustnessReport report, SetStatistics set, double alpha, int s)
    {
        int row = report.Results.IndexOf(report.At(alpha));
        string accuracy = Text.Percent(report.Results[row].Accuracies[s]);
        return set.Intervals.IsEmpty ? accuracy : accuracy + " " + Text.Interval(set.Intervals[row]);
    }

    private static PageTable Ensembles(RobustnessReport report)
    {
        bool hasShifts = report.Sets.Length > 1;
        return new PageTable(
            "Output-space ensembles",
            "Top-1 accuracy in percent of averaging the two models' outputs instead of their weights: twice the cost for each image.",
            ["alpha", .. Heads("weight-space"), .. report.OutputEnsembles.SelectMany(c => Heads(Text.Ensemble(c.Kind)))],
            [.. report.Results.Select((r, a) => (ImmutableArray<string>)[
                Text.Alpha(r.Alpha), .. Cells(r), .. report.OutputEnsembles.SelectMany(c => Cells(c.Results[a]))])]);

        string[] Heads(string kind) => hasShifts ? [$"{kind}: {report.Sets[0].Name}", $"{kind}: avg shifts"] : [kind];
        string[] Cells(AlphaResult r) =>
            r.AverageShifts is double shifts ? [Text.Percent(r.Reference), Text.Percent(shifts)] : [Text.Percent(r.Reference)];
    }

    private static PageTable Effective(RobustnessReport report, RobustnessStatistics statistics)
    {
        SetStatistics[] sets = [.. statistics.Sets.Where(s => !s.EffectiveRobustness.IsEmpty)];
        string[] warnings = [.. sets.SelectMany(s => s.EffectiveRobustness.Select(e => e.Warning)).OfType<string>().Distinct().Take(4)];
        return new PageTable(
            "Effective robustness",
            "Accuracy under shift beyond what the reference accuracy lets one expect of models trained on the reference distribution " +
            "alone, in percentage points." + string.Concat(warnings.Select(w => " " + w)),
            ["alpha", .. sets.Select(s => s.Name), .. sets.Length > 1 ? (string[])["average"] : []],
            [.. report.Results.Select((r, a) => (ImmutableArray<string>)[
                Text.Alpha(r.Alpha), .. sets.Select(s => Text.Points(s.EffectiveRobustness[a].Rho)),
                .. sets.Length > 1 ? (string[])[Text.Points(sets.Average(s => s.EffectiveRobustness[a].Rho))] : []])]);
    }
}

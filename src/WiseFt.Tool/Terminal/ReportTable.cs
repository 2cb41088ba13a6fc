using WiseFt.Evaluation;
using static WiseFt.Evaluation.AccuracyText;

namespace WiseFt.Tool;

/// <summary>The robustness report for people: the paper's table, what else was asked for, and the verdict.</summary>
internal static class ReportTable
{
    /// <summary>Prints it.</summary>
    /// <param name="report">The sweep.</param>
    /// <param name="choice">The alpha that was decided on before.</param>
    /// <param name="pages">Which baselines are asked for.</param>
    public static void Print(RobustnessReport report, AlphaDecision choice, ReportOptions pages)
    {
        Verdict? verdict = choice.Judge(report);
        PrintAccuracies(report, verdict);
        if (!report.OutputEnsembles.IsEmpty) PrintEnsembles(report);
        if (pages.Baselines.Count > 0) PrintEffectiveRobustness(report, pages);
        if (report.HasPredictions && report.Sets.Any(s => !s.Groupings.IsEmpty)) PrintWorstGroups(report);
        if (verdict is null && report.HasPredictions && report.Results.Length > 1)
            Output.Say($"No verdict: it would be on alpha {Alpha(choice.Alpha)}, which is not among those tried.");
        if (verdict is null) return;
        if (choice.Rule == AlphaDecision.Validation)
            Console.Out.WriteLine($"Chosen by accuracy on {report.Sets[0].Name}: alpha {Alpha(choice.Alpha)}.");
        foreach (string sentence in verdict.Sentences) Output.Say(sentence);
    }

    private static void PrintAccuracies(RobustnessReport report, Verdict? verdict)
    {
        bool isMarked = verdict is not null;
        WideTable.Print(
            ["alpha", .. report.Sets.Select(s => s.Name), .. report.Sets.Length > 1 ? (string[])["avg shifts", "avg ref+shifts"] : []],
            [.. report.Results.Select(row => Cells(row, isMarked && row.Alpha == verdict!.Alpha))],
            row => isMarked && report.Results[row].Alpha == verdict!.Alpha);
        Console.Out.WriteLine("Top-1 accuracy in percent." + (isMarked ? " * the alpha of the verdict below." : ""));
    }

    private static void PrintEnsembles(RobustnessReport report)
    {
        bool hasShifts = report.Sets.Length > 1;
        WideTable.Print(
            ["alpha", .. report.OutputEnsembles.SelectMany(c => Heads(c.Kind.ToString().ToLowerInvariant()))],
            [.. report.Results.Select((row, a) =>
                (string[])[Alpha(row.Alpha), .. report.OutputEnsembles.SelectMany(c => Averages(c.Results[a]))])]);
        Console.Out.WriteLine("Output-space ensembles, which cost twice as much an image: top-1 accuracy in percent.");

        string[] Heads(string kind) => hasShifts ? [$"{kind}: {report.Sets[0].Name}", $"{kind}: avg shifts"] : [kind];
        string[] Averages(AlphaResult r) => hasShifts ? [Percent(r.Reference), Percent(r.AverageShifts ?? 0)] : [Percent(r.Reference)];
    }

    private static void PrintEffectiveRobustness(RobustnessReport report, ReportOptions pages)
    {
        SetStatistics[] sets =
            [.. RobustnessStatistics.Measure(report, pages.Baselines).Sets.Where(s => !s.EffectiveRobustness.IsEmpty)];
        WideTable.Print(
            ["alpha", .. sets.Select(s => s.Name)],
            [.. report.Results.Select((row, a) =>
                (string[])[Alpha(row.Alpha), .. sets.Select(s => Points(s.EffectiveRobustness[a].Rho))])]);
        Console.Out.WriteLine("Effective robustness: accuracy beyond what the baseline expects, in percentage points.");
    }

    private static void PrintWorstGroups(RobustnessReport report)
    {
        var groupings = report.Sets.SelectMany((set, s) => set.Groupings.Select(g => (Set: set, Place: s, Groups: g))).ToArray();
        WideTable.Print(
            ["alpha", .. groupings.Select(g => $"{g.Set.Name}: worst {g.Groups.Name}")],
            [.. report.Results.Select(row => (string[])[Alpha(row.Alpha), .. groupings.Select(g =>
            {
                GroupAccuracy worst = GroupingStatistics.Accuracy(g.Groups, row.Predictions[g.Place], g.Set).Worst;
                return $"{Percent(worst.Accuracy)} ({g.Groups.Names[worst.Group]})";
            })])]);
        Console.Out.WriteLine("Top-1 accuracy in percent on the group where it is lowest.");
    }

    private static string[] Cells(AlphaResult row, bool isMarked) =>
    [
        (isMarked ? "* " : "") + Alpha(row.Alpha),
        .. row.Accuracies.Select(Percent),
        .. row.AverageShifts is double shifts ? (string[])[Percent(shifts), Percent(row.AverageReferenceAndShifts)] : [],
    ];
}

using WiseFt.Evaluation;

namespace WiseFt.Tool;

/// <summary>What <c>sweep --json</c> prints.</summary>
internal static class SweepJson
{
    /// <summary>Prints the document.</summary>
    /// <param name="report">The sweep.</param>
    /// <param name="choice">The alpha that was decided on, and how; null where there is one model and nothing to decide.</param>
    /// <param name="pages">Which baselines are asked for.</param>
    /// <param name="leftOut">Files that are left out, by test set.</param>
    public static void Print(RobustnessReport report, AlphaDecision? choice, ReportOptions pages, Dictionary<string, object> leftOut)
    {
        Verdict? verdict = choice?.Judge(report);
        var document = new Dictionary<string, object?>
        {
            ["alphas"] = Rows(report, pages),
            ["left_out"] = leftOut,
        };
        if (choice is not null) document["choice"] = new { rule = choice.Rule, alpha = choice.Alpha };
        if (verdict is not null) document["verdict"] = new { alpha = verdict.Alpha, text = verdict.Text };
        if (!report.OutputEnsembles.IsEmpty)
            document["output_space"] = report.OutputEnsembles.ToDictionary(
                curve => curve.Kind.ToString().ToLowerInvariant(), curve => curve.Results.Select(row => Accuracies(report, row)));
        Output.Json(document);
    }

    /// <summary>A row an alpha.</summary>
    public static IEnumerable<object> Rows(RobustnessReport report, ReportOptions pages)
    {
        RobustnessStatistics statistics = RobustnessStatistics.Measure(report, pages.Baselines);
        return report.Results.Select((row, a) => Row(report, statistics, row, a));
    }

    private static Dictionary<string, object?> Row(RobustnessReport report, RobustnessStatistics statistics, AlphaResult row, int a)
    {
        Dictionary<string, object?> members = Accuracies(report, row);
        if (report.Sets.Any(s => !s.Groupings.IsEmpty)) members["worst_group"] = WorstGroups(report, row);
        if (report.HasPredictions && report.Sets.Any(s => !s.FrameGroups.IsEmpty)) members["frames"] = Frames(report, row);
        if (statistics.Sets.Any(s => !s.EffectiveRobustness.IsEmpty))
            members["effective_robustness"] = statistics.Sets.Where(s => !s.EffectiveRobustness.IsEmpty)
                .ToDictionary(s => s.Name, s => s.EffectiveRobustness[a].Rho);
        return members;
    }

    private static Dictionary<string, object?> Accuracies(RobustnessReport report, AlphaResult row) => new()
    {
        ["alpha"] = row.Alpha,
        ["accuracy"] = report.Sets.Select((set, s) => (set.Name, Accuracy: row.Accuracies[s]))
            .ToDictionary(s => s.Name, s => s.Accuracy),
        ["average_shifts"] = row.AverageShifts,
        ["average_reference_and_shifts"] = row.AverageReferenceAndShifts,
    };

    /// <summary>Each grouping's worst group, by test set.</summary>
    private static Dictionary<string, Dictionary<string, object>> WorstGroups(RobustnessReport report, AlphaResult row) => report.Sets
        .Select((set, s) => (Set: set, Place: s)).Where(s => !s.Set.Groupings.IsEmpty)
        .ToDictionary(s => s.Set.Name, s => s.Set.Groupings.ToDictionary(g => g.Name, g =>
        {
            GroupAccuracy worst = GroupingStatistics.Accuracy(g, row.Predictions[s.Place], s.Set).Worst;
            return (object)new { group = g.Names[worst.Group], accuracy = worst.Accuracy, count = worst.Count };
        }));

    /// <summary>pm-0 and pm-k, by test set.</summary>
    private static Dictionary<string, object> Frames(RobustnessReport report, AlphaResult row) => report.Sets
        .Select((set, s) => (Set: set, Place: s)).Where(s => !s.Set.FrameGroups.IsEmpty)
        .ToDictionary(s => s.Set.Name, s =>
        {
            FrameRobustness frames = FrameRobustness.Measure(row.Predictions[s.Place], s.Set, report.ClassNamesOf(s.Place));
            return (object)new { pm0 = frames.Pm0, pmk = frames.PmK, groups = frames.Count };
        });
}

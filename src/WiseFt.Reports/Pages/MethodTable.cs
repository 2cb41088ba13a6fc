using System.Collections.Immutable;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>Ways of merging side by side: the paper's table with two rows a method.</summary>
internal static class MethodTable
{
    /// <summary>The table; none without a method to compare.</summary>
    public static IEnumerable<PageTable> Create(RobustnessReport report, RobustnessStatistics statistics, ReportOptions options)
    {
        if (options.Compared.Count == 0) yield break;
        ComparedMethod[] methods =
            [new(options.MethodName, report, statistics.MixtureAlpha), .. options.Compared.Select(m => m.On(report))];
        bool hasShifts = report.Sets.Length > 1;
        yield return new PageTable(
            "Methods side by side",
            "Top-1 accuracy in percent of each method at the alpha that was decided on, between the base (0) and what it merged (1), and " +
            "at the one that is best on these test sets, which is an upper bound.",
            ["method", "alpha", .. report.Sets.Select(s => s.Name), .. hasShifts ? (string[])["avg shifts", "avg ref+shifts"] : []],
            [.. methods.SelectMany(m => new[] { Row(m.Name, m.Decided), Row($"{m.Name}, best alpha", m.Best) })]);
    }

    private static ImmutableArray<string> Row(string name, AlphaResult result) =>
    [
        name, Text.Alpha(result.Alpha), .. result.Accuracies.Select(Text.Percent),
        .. result.AverageShifts is double shifts ? (string[])[Text.Percent(shifts), Text.Percent(result.AverageReferenceAndShifts)] : [],
    ];
}

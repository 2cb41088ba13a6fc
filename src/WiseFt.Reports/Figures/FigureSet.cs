using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>The figures of a report.</summary>
internal static class FigureSet
{
    private const int LongestName = 60;

    /// <summary>The figure beside the verdict: the curve of the mixtures under shift, or by alpha where there is no shift.</summary>
    public static Figure Lead(RobustnessReport report, RobustnessStatistics statistics, ReportOptions options) =>
        report.Sets.Length > 1 ? ShiftFigure.OfAverage(report, statistics, options) : AlphaFigure.Create(report, statistics);

    /// <summary>Each shift against the reference.</summary>
    /// <param name="report">What was measured.</param>
    /// <param name="statistics">What follows from it.</param>
    /// <param name="options">Axes, baselines, and methods to compare.</param>
    public static ImmutableArray<Figure> Shifts(RobustnessReport report, RobustnessStatistics statistics, ReportOptions options)
    {
        HashSet<string> given = new(StringComparer.OrdinalIgnoreCase);
        return [.. Enumerable.Range(1, report.Sets.Length - 1).Select(s => ShiftFigure.OfShift(
            report, statistics, s, options, FileName(given, "shift", report.Sets[s].Name)))];
    }

    /// <summary>The reliability of each test set's models; none without predictions.</summary>
    public static ImmutableArray<Figure> Reliabilities(RobustnessReport report, RobustnessStatistics statistics)
    {
        if (!report.HasPredictions) return [];
        HashSet<string> given = new(StringComparer.OrdinalIgnoreCase);
        return [.. report.Sets.Select((set, s) =>
            ReliabilityFigure.Create(report, s, statistics.Sets[s], FileName(given, "reliability", set.Name)))];
    }

    /// <summary>A file's name from a test set's: letters, digits, dashes; distinct also where letter case does not count.</summary>
    private static string FileName(HashSet<string> given, string kind, string set)
    {
        var name = new StringBuilder();
        foreach (char c in set.Take(LongestName)) name.Append(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-');
        string wanted = $"{kind}-{name}", free = wanted;
        for (int i = 2; !given.Add(free); i++) free = wanted + "-" + i.ToString(CultureInfo.InvariantCulture);
        return free;
    }
}

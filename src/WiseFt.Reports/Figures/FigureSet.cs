using System.Globalization;
using System.Text;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>All figures of a report, in the order of the page.</summary>
internal static class FigureSet
{
    private const int LongestName = 60;

    /// <summary>Draws them.</summary>
    /// <param name="report">What was measured.</param>
    /// <param name="statistics">What follows from it.</param>
    /// <param name="axes">The axes of shift against reference; null for percentages at equal distances.</param>
    /// <param name="baselines">The baselines of shifts by name.</param>
    public static IEnumerable<Figure> Create(
        RobustnessReport report, RobustnessStatistics statistics, AccuracyScale? axes, IReadOnlyDictionary<string, BaselineFit> baselines)
    {
        if (report.Sets.Length > 1) yield return ShiftFigure.OfAverage(report, axes);
        yield return AlphaFigure.Create(report, statistics);
        HashSet<string> given = new(StringComparer.OrdinalIgnoreCase);
        for (int s = 1; s < report.Sets.Length; s++)
        {
            string shift = report.Sets[s].Name;
            string name = FileName(given, "shift", shift);
            yield return ShiftFigure.OfShift(report, statistics, s, axes, baselines.GetValueOrDefault(shift), name);
        }
        foreach (SetStatistics set in statistics.Sets.Where(s => !s.Models.IsEmpty))
            yield return ReliabilityFigure.Create(set, FileName(given, "reliability", set.Name));
        foreach (SetStatistics set in statistics.Sets.Where(s => s.AgainstFineTuned is not null))
            yield return ClassGainsFigure.Create(report, set, statistics.MixtureAlpha, FileName(given, "class-gains", set.Name));
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

using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>All figures of a report, in the order of the page.</summary>
internal static class FigureSet
{
    public static IEnumerable<Figure> Create(RobustnessReport report, RobustnessStatistics statistics, ReportOptions options)
    {
        if (report.Sets.Length > 1) yield return ShiftFigure.OfAverage(report, options.Axes);
        yield return AlphaFigure.Create(report, statistics);
        var names = new FileNames();
        for (int s = 1; s < report.Sets.Length; s++)
            yield return ShiftFigure.OfShift(report, statistics, s, options.Axes, options.Baselines.GetValueOrDefault(report.Sets[s].Name), names.For("shift", report.Sets[s].Name));
        foreach (SetStatistics set in statistics.Sets.Where(s => !s.Models.IsEmpty))
            yield return ReliabilityFigure.Create(set, names.For("reliability", set.Name));
        foreach (SetStatistics set in statistics.Sets.Where(s => s.AgainstFineTuned is not null))
            yield return ClassGainsFigure.Create(report, set, statistics.MixtureAlpha, names.For("class-gains", set.Name));
    }
}

using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>Accuracy on the reference distribution by mixing coefficient with its interval: the paper's figure 6 where there is no
/// shift.</summary>
internal static class AlphaFigure
{
    private const int Height = 440;

    public static Figure Create(RobustnessReport report, RobustnessStatistics statistics)
    {
        SetStatistics set = statistics.Sets[0];
        double[] seen = [.. report.Results.Select(r => r.Reference), .. set.Intervals.SelectMany(i => new[] { i.Lower, i.Upper })];
        var accuracy = new AccuracyAxis(AxisPosition.Left, $"Accuracy on {Text.Short(set.Name)} (%)", null, seen.Min(), seen.Max());
        PlotModel plot = Palette.Plot(Alphas(report), accuracy);
        if (!set.Intervals.IsEmpty) plot.Series.Add(Band(report, set));
        bool hasEnds = statistics.Gain is not null;
        if (hasEnds) plot.Series.Add(Straight(report));
        LineSeries line = Palette.Line(1, set.Name);
        line.RenderInLegend = false;
        line.LineStyle = LineStyle.Solid;
        line.Points.AddRange(report.Results.Select(r => new DataPoint(r.Alpha, r.Reference)));
        plot.Series.Add(line);
        foreach (AlphaResult row in report.Results.Where(r => r.Alpha is 0 or 1 || r.Alpha == statistics.MixtureAlpha))
        {
            ScatterSeries mark = Palette.Mark(row.Alpha);
            mark.Points.Add(new ScatterPoint(row.Alpha, row.Reference));
            plot.Series.Add(mark);
        }
        return new Figure(
            "accuracy-by-alpha",
            $"Accuracy on {set.Name} by mixing coefficient" + (set.Intervals.IsEmpty ? "" : " with the 95 % interval of each") +
            (hasEnds ? "; dotted, the straight line between the end points, below which observation 1 says no mixture falls." : "."),
            Describe(report, set), plot, Height);
    }

    private static LinearAxis Alphas(RobustnessReport report) => new()
    {
        Position = AxisPosition.Bottom,
        Title = "α (0 zero-shot, 1 fine-tuned)",
        TitleFontSize = Palette.FontSize,
        AxisTitleDistance = 8,
        Minimum = report.Alphas.Length == 1 ? 0 : report.Alphas[0] - 0.04,
        Maximum = report.Alphas.Length == 1 ? 1 : report.Alphas[^1] + 0.04,
        MajorStep = 0.2,
        MinorTickSize = 0,
        MajorGridlineStyle = LineStyle.Solid,
        MajorGridlineColor = Palette.Faint,
        LabelFormatter = a => Text.Number(Math.Abs(a) < 1e-9 ? 0 : a, "0.0##"),
    };

    private static AreaSeries Band(RobustnessReport report, SetStatistics set)
    {
        var band = new AreaSeries
        {
            RenderInLegend = false,
            Color = OxyColors.Transparent,
            Color2 = OxyColors.Transparent,
            Fill = OxyColor.Parse("#D9EAF4"),
        };
        band.Points.AddRange(report.Results.Select((r, a) => new DataPoint(r.Alpha, set.Intervals[a].Lower)));
        band.Points2.AddRange(report.Results.Select((r, a) => new DataPoint(r.Alpha, set.Intervals[a].Upper)));
        return band;
    }

    private static LineSeries Straight(RobustnessReport report)
    {
        LineSeries straight = Palette.Rule(null, Palette.Grey, LineStyle.Dot);
        straight.Points.AddRange([new DataPoint(0, report.At(0).Reference), new DataPoint(1, report.At(1).Reference)]);
        return straight;
    }

    private static string Describe(RobustnessReport report, SetStatistics set) =>
        $"{set.Name}: " + string.Join("; ", report.Results.Select((r, a) =>
            $"alpha {Text.Alpha(r.Alpha)}: {Text.Percent(r.Reference)}" +
            (set.Intervals.IsEmpty ? "" : " " + Text.Interval(set.Intervals[a])))) + " percent.";
}

using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>Accuracy by mixing coefficient with the straight line of observation 1: the paper's figure 6.</summary>
internal static class AlphaFigure
{
    public static Figure Create(RobustnessReport report, RobustnessStatistics statistics)
    {
        double[] seen = [.. report.Results.SelectMany(r => r.Accuracies)];
        var alpha = new LinearAxis
        {
            Position = AxisPosition.Bottom,
            Title = "Mixing coefficient α (0 = zero-shot, 1 = fine-tuned)",
            TitleFontSize = 14,
            AxisTitleDistance = 8,
            Minimum = Math.Min(-0.03, report.Alphas[0] - 0.03),
            Maximum = 1.03,
            MajorStep = 0.1,
            MinorTickSize = 0,
            MajorGridlineStyle = LineStyle.Solid,
            MajorGridlineColor = Palette.Faint,
            LabelFormatter = a => Text.Number(Math.Abs(a) < 1e-9 ? 0 : a, "0.0"),
        };
        var accuracy = new AccuracyAxis(AxisPosition.Left, "Accuracy (%)", null, seen.Min(), seen.Max());
        PlotModel plot = Palette.Plot(alpha, accuracy);
        bool hasEnds = statistics.Gain is not null;
        for (int s = 0; s < report.Sets.Length; s++)
        {
            LineSeries line = Palette.Line(s, report.Sets[s].Name);
            line.Points.AddRange(report.Results.Select(r => new DataPoint(r.Alpha, r.Accuracies[s])));
            if (hasEnds)
            {
                LineSeries straight = Palette.Rule(null, line.Color, LineStyle.Dot);
                straight.Points.AddRange([new DataPoint(0, report.At(0).Accuracies[s]), new DataPoint(1, report.At(1).Accuracies[s])]);
                plot.Series.Add(straight);
            }
            plot.Series.Add(line);
        }
        if (hasEnds) plot.Series.Add(Palette.Rule("straight line between the end points", Palette.Grey, LineStyle.Dot));
        return new Figure(
            "accuracy-by-alpha",
            "Accuracy by mixing coefficient on every test set" +
            (hasEnds ? "; dotted, the straight line between the end points, below which observation 1 says no mixture falls." : "."),
            string.Join(" ", report.Sets.Select((set, s) =>
                $"{set.Name}: " +
                $"{string.Join("; ", report.Results.Select(r => $"alpha {Text.Alpha(r.Alpha)}: {Text.Percent(r.Accuracies[s])}"))} " +
                "percent.")),
            plot, 720, 560);
    }
}

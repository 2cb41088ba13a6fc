using System.Collections.Immutable;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>Reliability diagram: accuracy by confidence, of the end points and the mixture.</summary>
internal static class ReliabilityFigure
{
    private const int Height = 500;

    public static Figure Create(RobustnessReport report, int s, SetStatistics set, string name)
    {
        (ModelStatistics Model, ImmutableArray<EqualCountBin> Bins)[] models = [.. set.Models.Select(m =>
            (m, EqualCountBins.Measure(report.At(m.Alpha).Predictions[s], report.Sets[s].Labels)))];
        var x = new AccuracyAxis(AxisPosition.Bottom, "Confidence (%)", null, 0, 1);
        var y = new AccuracyAxis(AxisPosition.Left, $"Accuracy on {Text.Short(set.Name)} (%)", null, 0, 1);
        PlotModel plot = Palette.Plot(x, y);
        LineSeries diagonal = Palette.Rule("perfect calibration", Palette.Grey, LineStyle.Dot);
        diagonal.Points.AddRange([new DataPoint(0, 0), new DataPoint(1, 1)]);
        plot.Series.Add(diagonal);
        foreach (var (model, bins) in models) AddModel(plot, model.Alpha, bins);
        return new Figure(
            name, $"Reliability on {set.Name}: accuracy by confidence, with 95 % intervals.",
            string.Join(" ", models.Select(m => InWords(m.Model, m.Bins))), plot, Height);
    }

    private static void AddModel(PlotModel plot, double alpha, ImmutableArray<EqualCountBin> bins)
    {
        LineSeries line = Palette.Model(alpha, Text.Model(alpha));
        foreach (EqualCountBin bin in bins)
        {
            ConfidenceInterval interval = bin.Interval;
            LineSeries bar = Palette.Rule(null, line.Color, LineStyle.Solid);
            bar.Points.AddRange([new DataPoint(bin.Confidence, interval.Lower), new DataPoint(bin.Confidence, interval.Upper)]);
            plot.Series.Add(bar);
        }
        line.Points.AddRange(bins.Select(b => new DataPoint(b.Confidence, b.Accuracy)));
        plot.Series.Add(line);
    }

    private static string InWords(ModelStatistics model, ImmutableArray<EqualCountBin> bins) =>
        $"{Text.Model(model.Alpha)}, expected calibration error {Text.Percent(model.Calibration.ExpectedCalibrationError)} percent; " +
        $"confidence / accuracy [interval] (images): {string.Join("; ", bins.Select(InWords))}.";

    private static string InWords(EqualCountBin bin) =>
        $"{Text.Percent(bin.Confidence)} / {Text.Percent(bin.Accuracy)} {Text.Interval(bin.Interval)} ({Text.Number(bin.Count, "0")})";
}

using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>Accuracy under shift against accuracy on the reference distribution: the paper's figure 1.</summary>
internal static class ShiftFigure
{
    private const int Side = 640, LegendHeight = 60;

    /// <summary>The average over the shifts.</summary>
    public static Figure OfAverage(RobustnessReport report, AccuracyScale? scale)
    {
        var curves = Curves(report, r => r.AverageShifts!.Value);
        return Draw(
            "accuracy-under-shift",
            $"Average accuracy over the {report.Sets.Length - 1} shifts against accuracy on {report.Sets[0].Name}, along alpha.",
            report.Sets[0].Name, "average over the shifts", curves, scale, null, _ => null);
    }

    /// <summary>One shift, with intervals and the baseline.</summary>
    public static Figure OfShift(
        RobustnessReport report, RobustnessStatistics statistics, int s, AccuracyScale? scale, BaselineFit? baseline, string name)
    {
        string shift = report.Sets[s].Name;
        SetStatistics x = statistics.Sets[0], y = statistics.Sets[s];
        string caption = $"Accuracy on {shift} against accuracy on {report.Sets[0].Name}, along alpha" +
            (x.Intervals.IsEmpty || y.Intervals.IsEmpty ? "" : ", with 95 % intervals") +
            (baseline is null ? "." : ", with the baseline of models trained on the reference distribution alone.");
        return Draw(
            name, caption, report.Sets[0].Name, shift, Curves(report, r => r.Accuracies[s]), scale ?? baseline?.Scale, baseline,
            row => x.Intervals.IsEmpty || y.Intervals.IsEmpty ? null : (x.Intervals[row], y.Intervals[row]));
    }

    private static Curve[] Curves(RobustnessReport report, Func<AlphaResult, double> shift) =>
    [
        new Curve("weight-space ensemble", [.. report.Results.Select(r => new CurvePoint(r.Alpha, r.Reference, shift(r)))]),
        .. report.OutputEnsembles.Select(c =>
            new Curve(Text.Ensemble(c.Kind), [.. c.Results.Select(r => new CurvePoint(r.Alpha, r.Reference, shift(r)))])),
    ];

    private static Figure Draw(
        string name, string caption, string reference, string shift, Curve[] curves, AccuracyScale? scale, BaselineFit? baseline,
        Func<int, (ConfidenceInterval X, ConfidenceInterval Y)?> interval)
    {
        CurvePoint[] points = curves[0].Points;
        (ConfidenceInterval X, ConfidenceInterval Y)?[] intervals = [.. points.Select((p, i) => IsMarked(p.Alpha) ? interval(i) : null)];
        double[] seen = [
            .. curves.SelectMany(c => c.Points).SelectMany(p => new[] { p.X, p.Y }),
            .. intervals.OfType<(ConfidenceInterval X, ConfidenceInterval Y)>().SelectMany(i =>
                new[] { i.X.Lower, i.X.Upper, i.Y.Lower, i.Y.Upper })];
        double lowest = seen.Min(), highest = seen.Max(); // one range for both axes, so that y = x is the diagonal
        var x = new AccuracyAxis(AxisPosition.Bottom, $"Accuracy on {reference} (%)", scale, lowest, highest);
        var y = new AccuracyAxis(AxisPosition.Left, $"Accuracy on {shift} (%)", scale, lowest, highest);
        if (shift.StartsWith("average", StringComparison.Ordinal)) y.Title = "Average accuracy over the shifts (%)";
        PlotModel plot = Palette.Plot(x, y);
        plot.Legends[0].LegendItemOrder = LegendItemOrder.Reverse; // what is drawn last, above the rest, is named first
        LineSeries diagonal = Palette.Rule("y = x", Palette.Grey, LineStyle.Dot);
        diagonal.Points.AddRange([new DataPoint(x.Minimum, x.Minimum), new DataPoint(x.Maximum, x.Maximum)]);
        plot.Series.Add(diagonal);
        if (baseline is not null) plot.Series.Add(Baseline(baseline, x));
        foreach (var bars in intervals.OfType<(ConfidenceInterval X, ConfidenceInterval Y)>()
            .Zip(points.Where((_, i) => intervals[i] is not null))) AddBars(plot, x, bars.Second, bars.First);
        for (int c = curves.Length - 1; c >= 0; c--) plot.Series.Add(Line(curves[c], c, x));
        AddMarked(plot, x, points);
        return new Figure(name, caption, Describe(curves, reference, shift), plot, Side, Side + LegendHeight);
    }

    private static bool IsMarked(double alpha) => alpha is 0 or 0.5 or 1;

    private static LineSeries Line(Curve curve, int n, AccuracyAxis axis)
    {
        LineSeries line = Palette.Line(n == 0 ? 1 : n + 2, curve.Title);
        line.LineStyle = n switch { 0 => LineStyle.Solid, 1 => LineStyle.Dash, _ => LineStyle.DashDot };
        line.MarkerSize = 3.5;
        if (n > 0) line.MarkerType = MarkerType.None;
        line.Points.AddRange(curve.Points.Select(p => new DataPoint(axis.Place(p.X), axis.Place(p.Y))));
        return line;
    }

    private static void AddMarked(PlotModel plot, AccuracyAxis axis, CurvePoint[] points)
    {
        Add(1, "fine-tuned (α = 1)", Palette.Vermillion, MarkerType.Diamond, 9);
        Add(0.5, "mixture (α = 0.5)", Palette.Blue, MarkerType.Circle, 8);
        Add(0, "zero-shot (α = 0)", Palette.Orange, MarkerType.Triangle, 9);

        void Add(double alpha, string title, OxyColor color, MarkerType marker, double size)
        {
            if (Array.Find(points, p => p.Alpha == alpha) is not { } point) return;
            ScatterSeries series = Palette.Points(title, color, marker, size);
            series.Points.Add(new ScatterPoint(axis.Place(point.X), axis.Place(point.Y)));
            plot.Series.Add(series);
        }
    }

    private static void AddBars(PlotModel plot, AccuracyAxis axis, CurvePoint point, (ConfidenceInterval X, ConfidenceInterval Y) interval)
    {
        double x = axis.Place(point.X), y = axis.Place(point.Y);
        LineSeries across = Palette.Rule(null, Palette.Grey, LineStyle.Solid), up = Palette.Rule(null, Palette.Grey, LineStyle.Solid);
        across.Points.AddRange([new DataPoint(axis.Place(interval.X.Lower), y), new DataPoint(axis.Place(interval.X.Upper), y)]);
        up.Points.AddRange([new DataPoint(x, axis.Place(interval.Y.Lower)), new DataPoint(x, axis.Place(interval.Y.Upper))]);
        plot.Series.Add(across);
        plot.Series.Add(up);
    }

    private static LineSeries Baseline(BaselineFit baseline, AccuracyAxis axis)
    {
        const int Steps = 60;
        LineSeries line = Palette.Rule("baseline", Palette.Ink, LineStyle.LongDash, 1.8);
        for (int i = 0; i <= Steps; i++)
        {
            double x = axis.Minimum + (axis.Maximum - axis.Minimum) * i / Steps;
            line.Points.Add(new DataPoint(x, axis.Place(baseline.Predict(Math.Clamp(axis.Accuracy(x), 0, 1)))));
        }
        return line;
    }

    private static string Describe(Curve[] curves, string reference, string shift) => string.Join(" ", curves.Select(c =>
        $"{c.Title}, {reference} / {shift} in percent: " +
        $"{string.Join("; ", c.Points.Select(p => $"alpha {Text.Alpha(p.Alpha)}: {Text.Percent(p.X)} / {Text.Percent(p.Y)}"))}."));

    private sealed record CurvePoint(double Alpha, double X, double Y);

    private sealed record Curve(string Title, CurvePoint[] Points);
}

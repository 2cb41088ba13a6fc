using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>Accuracy under shift against accuracy on the reference distribution: the paper's figure 1.</summary>
/// <remarks>Its points carry their alpha, and each axis has the range of its own accuracies: on one range for both, a curve of a few points
/// far from y = x would be a speck.</remarks>
internal static class ShiftFigure
{
    private const int Height = 400, LegendLine = 24, MostLabelled = 41;

    /// <summary>The average over the shifts.</summary>
    public static Figure OfAverage(RobustnessReport report, RobustnessStatistics statistics, ReportOptions options)
    {
        int shifts = report.Sets.Length - 1;
        string over = shifts == 1 ? $"Accuracy on {report.Sets[1].Name}" : $"Average accuracy over the {shifts} shifts";
        return new Drawing
        {
            Name = "accuracy-under-shift",
            Caption = $"{over} against accuracy on {report.Sets[0].Name}; the numbers at the points are alphas." +
                Uncertainty(report, statistics),
            Reference = report.Sets[0].Name,
            Shift = shifts == 1 ? report.Sets[1].Name : "average over the shifts",
            Vertical = shifts == 1 ? $"Accuracy on {Text.Short(report.Sets[1].Name)} (%)" : over + " (%)",
            Curves = [Mixtures(report, options, r => r.AverageShifts!.Value), .. Compared(report, options, r => r.AverageShifts!.Value)],
            Scale = options.Axes,
            Mixture = statistics.MixtureAlpha,
        }.Draw();
    }

    /// <summary>One shift, with the output-space ensembles and the baseline.</summary>
    public static Figure OfShift(
        RobustnessReport report, RobustnessStatistics statistics, int s, ReportOptions options, string name)
    {
        BaselineFit? baseline = options.Baselines.GetValueOrDefault(report.Sets[s].Name);
        string shift = report.Sets[s].Name;
        return new Drawing
        {
            Name = name,
            Caption = $"Accuracy on {shift} against accuracy on {report.Sets[0].Name}, along alpha" +
                (baseline is null ? "." : ", with the baseline of models trained on the reference distribution alone."),
            Reference = report.Sets[0].Name,
            Shift = shift,
            Vertical = $"Accuracy on {Text.Short(shift)} (%)",
            Curves =
            [
                Mixtures(report, options, r => r.Accuracies[s]), .. Compared(report, options, r => r.Accuracies[s]),
                .. report.OutputEnsembles.Select(c => Along(Text.Ensemble(c.Kind), c.Results, r => r.Accuracies[s])),
            ],
            Scale = options.Axes ?? baseline?.Scale,
            Mixture = statistics.MixtureAlpha,
            Baseline = baseline,
        }.Draw();
    }

    private static Curve Mixtures(RobustnessReport report, ReportOptions options, Func<AlphaResult, double> shift) =>
        Along(options.MethodName, report.Results, shift);

    private static IEnumerable<Curve> Compared(RobustnessReport report, ReportOptions options, Func<AlphaResult, double> shift) =>
        options.Compared.Select(method => Along(method.Name, method.On(report).Report.Results, shift));

    private static Curve Along(string title, IEnumerable<AlphaResult> results, Func<AlphaResult, double> shift) =>
        new(title, [.. results.Select(r => new CurvePoint(r.Alpha, r.Reference, shift(r)))]);

    /// <summary>That one accuracy is less certain than a curve that fills its frame makes it look.</summary>
    private static string Uncertainty(RobustnessReport report, RobustnessStatistics statistics)
    {
        SetStatistics reference = statistics.Sets[0];
        if (reference.Intervals.IsEmpty) return "";
        ConfidenceInterval interval = reference.Intervals[report.Results.IndexOf(report.At(statistics.MixtureAlpha))];
        return $" One accuracy on {reference.Name} alone is known to {Text.Percent(interval.Lower)} to {Text.Percent(interval.Upper)} % " +
            $"(95 %, alpha {Text.Alpha(statistics.MixtureAlpha)}); differences between alphas, on the same images, are known better.";
    }

    private sealed record CurvePoint(double Alpha, double X, double Y);

    private sealed record Curve(string Title, CurvePoint[] Points);

    private sealed record Drawing
    {
        public required string Name { get; init; }
        public required string Caption { get; init; }
        public required string Reference { get; init; }
        public required string Shift { get; init; }
        public required string Vertical { get; init; }
        public required Curve[] Curves { get; init; }
        public required AccuracyScale? Scale { get; init; }
        public required double Mixture { get; init; }
        public BaselineFit? Baseline { get; init; }

        public Figure Draw()
        {
            AccuracyAxis x = Axis(AxisPosition.Bottom, $"Accuracy on {Text.Short(Reference)} (%)", p => p.X),
                y = Axis(AxisPosition.Left, Vertical, p => p.Y);
            PlotModel plot = Palette.Plot(x, y);
            AddDiagonal(plot, x, y);
            if (Baseline is not null) plot.Series.Add(BaselineLine(Baseline, x));
            for (int c = Curves.Length - 1; c >= 0; c--) plot.Series.Add(Line(Curves[c], c, x));
            foreach (CurvePoint p in Curves[0].Points) AddMark(plot, x, p);
            int named = plot.Series.Count(s => s.Title is not null && s.RenderInLegend), height = Height + LegendLine * ((named + 1) / 2);
            PointLabels.Add(plot, height, [.. Curves.Select(c => c.Points.Select(p => At(x, p)).ToArray())], Labels(x));
            return new Figure(Name, Caption, Describe(), plot, height);
        }

        private AccuracyAxis Axis(AxisPosition position, string title, Func<CurvePoint, double> value)
        {
            double[] seen = [
                .. Curves.SelectMany(c => c.Points).Select(value),
                .. position == AxisPosition.Left && Baseline is not null ? Curves[0].Points.Select(p => Baseline.Predict(p.X)) : []];
            return new AccuracyAxis(position, title, Scale, seen.Min(), seen.Max());
        }

        private static DataPoint At(AccuracyAxis axis, CurvePoint p) => new(axis.Place(p.X), axis.Place(p.Y));

        /// <summary>y = x, as far as it passes through the frame.</summary>
        private static void AddDiagonal(PlotModel plot, AccuracyAxis x, AccuracyAxis y)
        {
            const double Least = 0.2; // of an axis; less is a stroke in a corner that nobody can read
            double from = Math.Max(x.Minimum, y.Minimum), to = Math.Min(x.Maximum, y.Maximum);
            if (to - from < Least * Math.Max(x.Maximum - x.Minimum, y.Maximum - y.Minimum)) return;
            LineSeries diagonal = Palette.Rule("y = x", Palette.Grey, LineStyle.Dot);
            diagonal.Points.AddRange([new DataPoint(from, from), new DataPoint(to, to)]);
            plot.Series.Add(diagonal);
        }

        private static LineSeries BaselineLine(BaselineFit baseline, AccuracyAxis axis)
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

        private LineSeries Line(Curve curve, int n, AccuracyAxis axis)
        {
            LineSeries line = Palette.Line(n == 0 ? 1 : n + 2, curve.Title);
            line.RenderInLegend = Curves.Length > 1;
            line.LineStyle = Palette.Dashes(n);
            line.MarkerSize = 3.5;
            if (n > 0) line.MarkerType = MarkerType.None;
            line.Points.AddRange(curve.Points.Select(p => At(axis, p)));
            return line;
        }

        private void AddMark(PlotModel plot, AccuracyAxis axis, CurvePoint point)
        {
            if (!IsMarked(point.Alpha)) return;
            ScatterSeries series = Palette.Mark(point.Alpha);
            series.Points.Add(new ScatterPoint(axis.Place(point.X), axis.Place(point.Y)));
            plot.Series.Add(series);
        }

        private bool IsMarked(double alpha) => alpha is 0 or 1 || alpha == Mixture;

        private bool IsNeeded(double alpha) => IsMarked(alpha) || alpha == MixingCoefficient.Default;

        /// <summary>A label for each place: the mixture's first, then the end points', 0.5's and the others'.</summary>
        private IEnumerable<PointLabel> Labels(AccuracyAxis axis) => Curves[0].Points.GroupBy(p => (p.X, p.Y))
            .Where(g => Curves[0].Points.Length <= MostLabelled || g.Any(p => IsNeeded(p.Alpha)))
            .OrderByDescending(g => g.Any(p => p.Alpha == Mixture)).ThenByDescending(g => g.Any(p => IsMarked(p.Alpha)))
            .ThenByDescending(g => g.Any(p => IsNeeded(p.Alpha)))
            .Select(g => new PointLabel(
                At(axis, g.First()), Label([.. g.Select(p => p.Alpha)]), g.Any(p => IsMarked(p.Alpha)) ? 6 : 2,
                g.Any(p => IsNeeded(p.Alpha))));

        private static string Label(double[] alphas)
        {
            string[] names = [.. alphas.Select(a => a switch
            {
                0 => "0 zero-shot",
                1 => "1 fine-tuned",
                _ => Text.Number(a, "0.###"),
            })];
            return names.Length <= 3 ? string.Join(", ", names) : $"{names[0]} … {names[^1]}";
        }

        private string Describe() => string.Join(" ", Curves.Select(c =>
            $"{c.Title}, {Reference} / {Shift} in percent: " +
            $"{string.Join("; ", c.Points.Select(p => $"alpha {Text.Alpha(p.Alpha)}: {Text.Percent(p.X)} / {Text.Percent(p.Y)}"))}."));
    }
}

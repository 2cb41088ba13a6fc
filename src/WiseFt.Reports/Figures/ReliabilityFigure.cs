using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>Reliability diagram: accuracy by confidence, of the end points and the mixture.</summary>
internal static class ReliabilityFigure
{
    public static Figure Create(SetStatistics set, string name)
    {
        var x = new AccuracyAxis(AxisPosition.Bottom, "Confidence (%)", null, 0, 1);
        var y = new AccuracyAxis(AxisPosition.Left, $"Accuracy on {set.Name} (%)", null, 0, 1);
        PlotModel plot = Palette.Plot(x, y);
        LineSeries diagonal = Palette.Rule("perfect calibration", Palette.Grey, LineStyle.Dot);
        diagonal.Points.AddRange([new DataPoint(0, 0), new DataPoint(1, 1)]);
        plot.Series.Add(diagonal);
        for (int m = 0; m < set.Models.Length; m++)
        {
            Calibration calibration = set.Models[m].Calibration;
            LineSeries line = Palette.Model(
                set.Models[m].Alpha, $"{Text.Model(set.Models[m].Alpha)} (error {Text.Percent(calibration.ExpectedCalibrationError)})");
            line.Points.AddRange(calibration.Bins.Where(b => b.Count > 0).Select(b => new DataPoint(b.Confidence, b.Accuracy)));
            plot.Series.Add(line);
        }
        return new Figure(
            name, $"Reliability on {set.Name}: accuracy of the images in 15 bins of confidence. " +
                "Above the dotted line a model is too modest, below it too sure of itself.",
            string.Join(" ", set.Models.Select(m =>
                $"{Text.Model(m.Alpha)}, expected calibration error {Text.Percent(m.Calibration.ExpectedCalibrationError)} percent; " +
                "confidence / accuracy (images): " +
                $"{string.Join("; ", m.Calibration.Bins.Where(b => b.Count > 0).Select(InWords))}.")),
            plot, 600, 660);
    }

    private static string InWords(CalibrationBin bin) =>
        $"{Text.Percent(bin.Confidence)} / {Text.Percent(bin.Accuracy)} ({Text.Number(bin.Count, "0")})";
}

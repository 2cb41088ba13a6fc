using System.Globalization;
using OxyPlot;
using OxyPlot.Axes;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>An axis of accuracies in percent: at equal distances, or at logit or probit distances as in the paper's figures.</summary>
internal sealed class AccuracyAxis : LinearAxis
{
    private const double Least = 0.001; // 0 and 1 lie at infinity on logit and probit axes

    private static readonly double[] _steps = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2];

    private readonly AccuracyScale? _scale;

    public AccuracyAxis(AxisPosition position, string title, AccuracyScale? scale, double lowest, double highest)
    {
        _scale = scale;
        Position = position;
        Title = title;
        AxisTitleDistance = 8;
        TitleFontSize = Palette.FontSize;
        double low = Place(lowest), high = Place(highest), margin = Math.Max(1e-3, 0.08 * (high - low));
        (Minimum, Maximum) = (scale is null ? Math.Max(-0.02, low - margin) : low - margin, scale is null
            ? Math.Min(1.02, high + margin)
            : high + margin);
        MajorGridlineStyle = LineStyle.Solid;
        MajorGridlineColor = Palette.Faint;
        MinorTickSize = 0;
        IsZoomEnabled = IsPanEnabled = false;
        LabelFormatter = value => (100 * Accuracy(value)).ToString("0.##", CultureInfo.InvariantCulture);
    }

    /// <summary>An accuracy's place on the axis.</summary>
    public double Place(double accuracy) =>
        _scale is AccuracyScale scale ? AccuracyScaling.Transform(scale, Math.Clamp(accuracy, Least, 1 - Least)) : accuracy;

    /// <inheritdoc/>
    public override void GetTickValues(
        out IList<double> majorLabelValues, out IList<double> majorTickValues, out IList<double> minorTickValues)
    {
        double low = Accuracy(ActualMinimum), high = Accuracy(ActualMaximum);
        double step = Array.Find(_steps, s => (high - low) / s <= 7) is var found and > 0 ? found : _steps[^1];
        majorLabelValues = majorTickValues = [.. Enumerable.Range(0, (int)Math.Round(1 / step) + 1)
            .Select(i => Math.Round(i * step, 6)).Where(p => p >= low && p <= high && (_scale is null || p is > 0 and < 1)).Select(Place)];
        minorTickValues = [];
    }

    /// <summary>The accuracy at a place on the axis.</summary>
    public double Accuracy(double place) => _scale is AccuracyScale scale ? AccuracyScaling.Invert(scale, place) : place;
}

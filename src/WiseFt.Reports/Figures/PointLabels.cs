using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Series;

namespace WiseFt.Reports;

/// <summary>Labels beside the points of a curve, where they cover neither one another nor the curve.</summary>
internal sealed class PointLabels
{
    private const double FontSize = 14, Advance = 0.57 * FontSize, Gap = 7, Step = 3;
    private const double Hidden = 1000, OnLabel = 100, OnPoint = 8, OnCurve = 1;

    private static readonly (double X, double Y)[] _directions =
        [(1, 0), (-1, 0), (0, -1), (0, 1), (0.8, -0.8), (-0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)];

    private readonly OxyRect _frame;
    private readonly ScreenPoint[] _points, _curve;
    private readonly List<OxyRect> _placed = [];

    private PointLabels(OxyRect frame, ScreenPoint[][] curves)
    {
        (_frame, _points) = (frame, curves[0]);
        _curve = [.. curves.SelectMany(c => c.Zip(c.Skip(1))).SelectMany(s => Between(s.First, s.Second))];
    }

    /// <summary>Labels the points of a plot that is otherwise complete.</summary>
    /// <param name="plot">The plot.</param>
    /// <param name="height">Its height in CSS pixels.</param>
    /// <param name="curves">All points of the curves, in order; those of the first are labelled.</param>
    /// <param name="labels">The labels, the most important first; those that need not be there are left out where there is no room.</param>
    public static void Add(PlotModel plot, int height, IReadOnlyList<DataPoint[]> curves, IEnumerable<PointLabel> labels)
    {
        Figure.LayOut(plot, height);
        ScreenPoint Place(DataPoint p) => new(plot.DefaultXAxis.Transform(p.X), plot.DefaultYAxis.Transform(p.Y));
        var placing = new PointLabels(plot.PlotArea, [.. curves.Select(c => c.Select(Place).ToArray())]);
        foreach (PointLabel label in labels)
            if (placing.Find(Place(label.Point), label) is ScreenVector offset) plot.Annotations.Add(Draw(label, offset));
    }

    private static TextAnnotation Draw(PointLabel label, ScreenVector offset) => new()
    {
        Text = label.Text,
        TextPosition = label.Point,
        Offset = offset,
        FontSize = FontSize,
        FontWeight = label.IsNeeded ? FontWeights.Bold : FontWeights.Normal,
        TextColor = Palette.Ink,
        Stroke = OxyColors.Undefined,
        StrokeThickness = 0,
        TextHorizontalAlignment = HorizontalAlignment.Center,
        TextVerticalAlignment = VerticalAlignment.Middle,
    };

    private ScreenVector? Find(ScreenPoint point, PointLabel label)
    {
        double width = label.Text.Length * Advance, height = FontSize;
        var best = (Cost: double.MaxValue, Box: default(OxyRect), Offset: default(ScreenVector));
        // Farther away a label may be taken for another point's: better there than not at all only for those that are needed.
        foreach (double distance in label.IsNeeded ? (double[])[Gap, 1.6 * Gap, 3 * Gap] : [Gap, 1.6 * Gap])
            foreach (var (x, y) in _directions)
            {
                double gap = label.Radius + distance;
                var offset = new ScreenVector(x * (gap + width / 2), y * (gap + height / 2));
                var box = new OxyRect(point.X + offset.X - width / 2, point.Y + offset.Y - height / 2, width, height);
                double cost = Cost(box) + 0.01 * gap;
                if (cost < best.Cost) best = (cost, box, offset);
            }
        if (!label.IsNeeded && best.Cost >= 2 * OnCurve) return null;
        _placed.Add(best.Box);
        return best.Offset;
    }

    private double Cost(OxyRect box)
    {
        bool isInside = box.Left >= _frame.Left + 2 && box.Right <= _frame.Right - 2 && box.Top >= _frame.Top + 2
            && box.Bottom <= _frame.Bottom - 2;
        OxyRect wide = box.Inflate(3, 2);
        return (isInside ? 0 : Hidden)
            + OnLabel * _placed.Count(p => p.Left < wide.Right && p.Right > wide.Left && p.Top < wide.Bottom && p.Bottom > wide.Top)
            + OnPoint * _points.Count(p => wide.Inflate(3, 3).Contains(p)) + OnCurve * _curve.Count(wide.Contains);
    }

    private static IEnumerable<ScreenPoint> Between(ScreenPoint from, ScreenPoint to)
    {
        int steps = Math.Max(1, (int)((to - from).Length / Step));
        for (int i = 0; i <= steps; i++) yield return from + (to - from) * ((double)i / steps);
    }
}

/// <summary>A label of a point.</summary>
/// <param name="Point">The point.</param>
/// <param name="Text">What it says.</param>
/// <param name="Radius">Of the point's marker, in CSS pixels.</param>
/// <param name="IsNeeded">Whether it stays where it has to cover something.</param>
internal sealed record PointLabel(DataPoint Point, string Text, double Radius, bool IsNeeded);

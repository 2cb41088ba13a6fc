using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace WiseFt.Reports;

/// <summary>Colours, markers and line styles: Okabe and Ito's colours, told apart in grey by marker and line style too.</summary>
/// <remarks>Okabe and Ito, Color Universal Design (2008); without their yellow, which is too pale on white.</remarks>
internal static class Palette
{
    public const string Font = "Arial";

    /// <summary>In CSS pixels of a figure that is as wide as <see cref="Figure.Width"/>: on a phone at least 11 of its own.</summary>
    public const double FontSize = 14.5;

    public static readonly OxyColor
        Blue = OxyColor.Parse("#0072B2"), Vermillion = OxyColor.Parse("#D55E00"), Green = OxyColor.Parse("#009E73"),
            Purple = OxyColor.Parse("#CC79A7"),
        Orange = OxyColor.Parse("#E69F00"), Sky = OxyColor.Parse("#56B4E9"), Ink = OxyColor.Parse("#1A1A1A"),
            Grey = OxyColor.Parse("#767676"), Faint = OxyColor.Parse("#DDDDDD");

    private static readonly OxyColor[] _colors = [Ink, Blue, Vermillion, Green, Purple, Orange, Sky];
    private static readonly MarkerType[] _markers = [MarkerType.Circle, MarkerType.Square, MarkerType.Triangle, MarkerType.Diamond];
    private static readonly LineStyle[] _lines = [
        LineStyle.Solid, LineStyle.Dash, LineStyle.DashDot, LineStyle.LongDash, LineStyle.DashDotDot];

    /// <summary>The line of the n-th series.</summary>
    public static LineSeries Line(int n, string title) => new()
    {
        Title = title,
        Color = _colors[n % _colors.Length],
        LineStyle = _lines[n % _lines.Length],
        StrokeThickness = 2,
        MarkerType = _markers[n % _markers.Length],
        MarkerSize = 4,
        MarkerFill = n % 2 == 0 ? _colors[n % _colors.Length] : OxyColors.White,
        MarkerStroke = _colors[n % _colors.Length],
        MarkerStrokeThickness = 1.5,
        MinimumSegmentLength = 0,
        EdgeRenderingMode = EdgeRenderingMode.PreferGeometricAccuracy,
    };

    /// <summary>How the n-th curve of a figure is dashed.</summary>
    public static LineStyle Dashes(int n) => _lines[n % _lines.Length];

    /// <summary>The line of a model, in the colours that mark it on every figure.</summary>
    public static LineSeries Model(double alpha, string title)
    {
        LineSeries line = Line(0, title);
        (line.Color, line.MarkerType, line.LineStyle) = alpha switch
        {
            0 => (Orange, MarkerType.Triangle, LineStyle.Dash),
            1 => (Vermillion, MarkerType.Diamond, LineStyle.DashDot),
            _ => (Blue, MarkerType.Circle, LineStyle.Solid),
        };
        line.MarkerFill = line.MarkerStroke = line.Color;
        return line;
    }

    /// <summary>The mark of a model that stands out on a curve, without an entry in the legend.</summary>
    public static ScatterSeries Mark(double alpha)
    {
        LineSeries model = Model(alpha, Text.Model(alpha));
        return new ScatterSeries
        {
            RenderInLegend = false,
            MarkerType = model.MarkerType,
            MarkerSize = alpha is 0 or 1 ? 8 : 7,
            MarkerFill = model.Color,
            MarkerStroke = OxyColors.White,
            MarkerStrokeThickness = 1,
        };
    }

    /// <summary>An unmarked line, such as y = x.</summary>
    public static LineSeries Rule(string? title, OxyColor color, LineStyle style, double thickness = 1.2) => new()
    {
        Title = title,
        RenderInLegend = title is not null,
        Color = color,
        LineStyle = style,
        StrokeThickness = thickness,
        EdgeRenderingMode = EdgeRenderingMode.PreferGeometricAccuracy,
    };

    /// <summary>A plot whose legend lies below the axes, where it can cover nothing.</summary>
    public static PlotModel Plot(params ReadOnlySpan<Axis> axes)
    {
        var plot = new PlotModel
        {
            DefaultFont = Font,
            DefaultFontSize = FontSize,
            Background = OxyColors.White,
            TextColor = Ink,
            PlotAreaBorderColor = Grey,
            Padding = new OxyThickness(4, 10, 14, 4),
        };
        plot.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside,
            LegendPosition = LegendPosition.BottomCenter,
            LegendOrientation = LegendOrientation.Horizontal,
            LegendSymbolLength = 30,
            LegendFontSize = FontSize,
            LegendItemSpacing = 14,
            LegendLineSpacing = 4,
            LegendMargin = 4,
        });
        foreach (Axis axis in axes) plot.Axes.Add(axis);
        return plot;
    }
}

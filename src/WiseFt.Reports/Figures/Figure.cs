using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using OxyPlot;
using OxyPlot.SkiaSharp;

namespace WiseFt.Reports;

/// <summary>A figure of the report: a plot, its caption, and in words what it shows.</summary>
internal sealed partial class Figure
{
    private const double PixelsPerUnit = 2; // sharp on dense screens and in print

    /// <summary>Width of every figure in CSS pixels: its text is large enough still where a phone makes it narrower.</summary>
    public const int Width = 440;

    private readonly PlotModel _plot;
    private readonly int _height;

    /// <summary>A figure, drawn at once.</summary>
    /// <param name="name">The file's name without extension.</param>
    /// <param name="caption">What is seen, in a sentence.</param>
    /// <param name="description">The numbers, for those who cannot see it.</param>
    /// <param name="plot">The plot.</param>
    /// <param name="height">Height in CSS pixels.</param>
    public Figure(string name, string caption, string description, PlotModel plot, int height)
    {
        (Name, Caption, Description) = (name, caption, description);
        (_plot, _height) = (plot, height);
        Svg = RenderSvg();
    }

    public string Name { get; }

    public string Caption { get; }

    public string Description { get; }

    public int Height => _height;

    /// <summary>The figure as an SVG document with a title and a description.</summary>
    public string Svg { get; }

    /// <summary>The figure as a PNG file.</summary>
    public byte[] Png()
    {
        using var stream = new MemoryStream();
        new PngExporter
        {
            Width = (int)(Width * PixelsPerUnit),
            Height = (int)(_height * PixelsPerUnit),
            Dpi = (float)(96 * PixelsPerUnit),
        }.Export(_plot, stream);
        return stream.ToArray();
    }

    /// <summary>Gives a plot its axes and frame, so that places in it can be told.</summary>
    public static void LayOut(PlotModel plot, int height) => Export(plot, height);

    /// <summary>Dashes as long as in the PNG, where they grow with the line's thickness.</summary>
    private static string ScaleDashes(Match style)
    {
        double scale = PixelsPerUnit * double.Parse(style.Groups[1].Value, CultureInfo.InvariantCulture);
        IEnumerable<string> dashes = style.Groups[3].Value.Split(',')
            .Select(d => Text.Number(scale * double.Parse(d, CultureInfo.InvariantCulture), "0.##"));
        return $"stroke-width:{style.Groups[1].Value}{style.Groups[2].Value}stroke-dasharray:{string.Join(',', dashes)}";
    }

    [GeneratedRegex("stroke-width:([0-9.]+)([^\"]*?)stroke-dasharray:([0-9.,]+)")]
    private static partial Regex Dash();

    private static string Export(PlotModel plot, int height)
    {
        using var measuring = new SkiaRenderContext { RenderTarget = RenderTarget.VectorGraphic };
        using var stream = new MemoryStream();
        var exporter = new OxyPlot.SvgExporter { Width = Width, Height = height, IsDocument = false, TextMeasurer = measuring };
        exporter.Export(plot, stream);
        return Encoding.UTF8.GetString(stream.ToArray()).TrimStart('\ufeff');
    }

    private string RenderSvg()
    {
        string svg = Export(_plot, _height);
        int body = svg.IndexOf('>', svg.IndexOf("<svg", StringComparison.Ordinal)) + 1;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{_height}\" viewBox=\"0 0 {Width} " +
            $"{_height}\" role=\"img\">\n") +
            $"<title>{Text.Escape(Caption)}</title>\n<desc>{Text.Escape(Description)}</desc>" +
            Dash().Replace(svg[body..], ScaleDashes)
                .Replace(
                    $"font-family=\"{Palette.Font}\"", $"font-family=\"{Palette.Font}, 'Liberation Sans', Helvetica, sans-serif\"",
                    StringComparison.Ordinal)
                .TrimEnd() + "\n";
    }
}

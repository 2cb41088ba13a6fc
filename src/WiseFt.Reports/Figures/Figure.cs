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

    private readonly PlotModel _plot;
    private readonly int _width, _height;

    /// <summary>A figure, drawn at once.</summary>
    /// <param name="name">The file's name without extension.</param>
    /// <param name="caption">What is seen, in a sentence.</param>
    /// <param name="description">The numbers, for those who cannot see it.</param>
    /// <param name="plot">The plot.</param>
    /// <param name="width">Width in CSS pixels.</param>
    /// <param name="height">Height in CSS pixels.</param>
    public Figure(string name, string caption, string description, PlotModel plot, int width, int height)
    {
        (Name, Caption, Description) = (name, caption, description);
        (_plot, _width, _height) = (plot, width, height);
        Svg = RenderSvg();
    }

    public string Name { get; }

    public string Caption { get; }

    public string Description { get; }

    public int Width => _width;

    public int Height => _height;

    /// <summary>The figure as an SVG document with a title and a description.</summary>
    public string Svg { get; }

    /// <summary>The figure as a PNG file.</summary>
    public byte[] Png()
    {
        using var stream = new MemoryStream();
        new PngExporter
        {
            Width = (int)(_width * PixelsPerUnit),
            Height = (int)(_height * PixelsPerUnit),
            Dpi = (float)(96 * PixelsPerUnit),
        }.Export(_plot, stream);
        return stream.ToArray();
    }

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

    private string RenderSvg()
    {
        using var measuring = new SkiaRenderContext { RenderTarget = RenderTarget.VectorGraphic };
        using var stream = new MemoryStream();
        var exporter = new OxyPlot.SvgExporter { Width = _width, Height = _height, IsDocument = false, TextMeasurer = measuring };
        exporter.Export(_plot, stream);
        string svg = Encoding.UTF8.GetString(stream.ToArray()).TrimStart('\ufeff');
        int body = svg.IndexOf('>', svg.IndexOf("<svg", StringComparison.Ordinal)) + 1;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{_width}\" height=\"{_height}\" viewBox=\"0 0 {_width} " +
            $"{_height}\" role=\"img\">\n") +
            $"<title>{Text.Escape(Caption)}</title>\n<desc>{Text.Escape(Description)}</desc>" +
            Dash().Replace(svg[body..], ScaleDashes)
                .Replace(
                    $"font-family:{Palette.Font}", $"font-family:{Palette.Font}, 'Liberation Sans', Helvetica, sans-serif",
                    StringComparison.Ordinal)
                .TrimEnd() + "\n";
    }
}

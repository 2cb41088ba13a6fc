using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using WiseFt.Evaluation;

namespace WiseFt.Reports.Tests;

public sealed class FigureTests
{
    private static readonly RobustnessReport _report = SyntheticReport.Create();
    private static readonly ReportContent _content = RobustnessReportFiles.Content(_report, new ReportOptions());

    // The plotting library leaves out a point that is equal to the one before.
    private static readonly (double Reference, double Sketch)[] _moving = [.. _report.Results
        .Select(r => (r.Reference, r.Accuracies[1]))
        .Where((p, i) => i == 0 || p != (_report.Results[i - 1].Reference, _report.Results[i - 1].Accuracies[1]))];

    [Fact]
    public void AlphaFigure_Curves_LieWhereTheAccuraciesAre()
    {
        (double X, double Y)[][] curves = Curves("accuracy-by-alpha", _report.Results.Length);

        curves.Should().HaveCount(_report.Sets.Length);
        double[] accuracies = [.. _report.Sets.SelectMany((_, s) => _report.Accuracies(s))],
            heights = [.. curves.SelectMany(c => c.Select(p => p.Y))];
        double[] alphas = [.. _report.Sets.SelectMany(_ => _report.Alphas)], places = [.. curves.SelectMany(c => c.Select(p => p.X))];
        ShouldBeAffine(alphas, places);
        ShouldBeAffine(accuracies, heights);
    }

    [Fact]
    public void ShiftFigure_Curve_LiesWhereTheAccuraciesAre()
    {
        (double X, double Y)[] curve = MixtureCurve(Find("shift-sketch"));

        ShouldBeAffine([.. _moving.Select(p => p.Reference)], [.. curve.Select(p => p.X)]);
        ShouldBeAffine([.. _moving.Select(p => p.Sketch)], [.. curve.Select(p => p.Y)]);
    }

    [Fact]
    public void Figures_AreXmlWithATitleAndTheNumbersOfTheTable()
    {
        foreach (Figure figure in _content.Figures)
        {
            XElement svg = XDocument.Parse(figure.Svg).Root!;
            svg.Elements().Take(2).Select(e => e.Name.LocalName).Should().Equal("title", "desc");
            svg.Attribute("viewBox")!.Value.Should().Be(FormattableString.Invariant($"0 0 {figure.Width} {figure.Height}"));
        }
        string numbers = Find("accuracy-by-alpha").Description;
        foreach (AlphaResult row in _report.Results)
            foreach (double accuracy in row.Accuracies)
                numbers.Should().Contain($"alpha {Text.Alpha(row.Alpha)}: {Text.Percent(accuracy)}");
    }

    [Theory, InlineData(AccuracyScale.Logit), InlineData(AccuracyScale.Probit)]
    public void ShiftFigure_OnAnotherScale_PlacesAccuraciesByIt(AccuracyScale scale)
    {
        Figure figure = RobustnessReportFiles.Content(_report, new ReportOptions { Axes = scale }).Figures.Single(f =>
            f.Name == "shift-sketch");

        ShouldBeAffine([.. _moving.Select(p => AccuracyScaling.Transform(scale, p.Reference))], [.. MixtureCurve(figure).Select(p => p.X)]);
    }

    [Fact]
    public void ShiftFigure_WithABaseline_DrawsItsLine()
    {
        var options = new ReportOptions
        {
            Baselines = new Dictionary<string, BaselineFit> { ["sketch"] = ImageNetBaselines.Find("imagenet-sketch") }
        };

        ReportContent content = RobustnessReportFiles.Content(_report, options);

        content.Figures.Single(f => f.Name == "shift-sketch").Svg.Should().Contain(">baseline<");
        content.Tables.Single(t => t.Title == "Effective robustness").Rows[0][1].Should().Be(Text.Points(
            _report.Results[0].Accuracies[1] - ImageNetBaselines.Find("imagenet-sketch").Predict(_report.Results[0].Reference)));
    }

    private static Figure Find(string name) => _content.Figures.Single(f => f.Name == name);

    /// <summary>The curve of the weight-space ensemble: the solid blue line.</summary>
    private static (double X, double Y)[] MixtureCurve(Figure figure) =>
        [.. Regex.Match(figure.Svg, "<polyline points=\"([^\"]+)\" style=\"fill:none;stroke:rgb\\(0,114,178\\)").Groups[1].Value.Split(' ')
            .Select(Point)];

    private static (double X, double Y)[][] Curves(string name, int points) => Curves(Find(name), points);

    /// <summary>The lines of a figure with a number of points.</summary>
    private static (double X, double Y)[][] Curves(Figure figure, int points) =>
        [.. Regex.Matches(figure.Svg, "<polyline points=\"([^\"]+)\"")
            .Select(m => m.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(p => p.Length == points).Select(p => p.Select(Point).ToArray())];

    private static (double X, double Y) Point(string text)
    {
        double[] numbers = [.. text.Split(',').Select(n => double.Parse(n, CultureInfo.InvariantCulture))];
        return (numbers[0], numbers[1]);
    }

    /// <summary>Whether places are a linear function of values, to a tenth of a pixel.</summary>
    private static void ShouldBeAffine(double[] values, double[] places)
    {
        int low = Array.IndexOf(values, values.Min()), high = Array.IndexOf(values, values.Max());
        double slope = (places[high] - places[low]) / (values[high] - values[low]);
        Math.Abs(slope).Should().BeGreaterThan(1);
        places.Zip(values, (place, value) => Math.Abs(place - places[low] - slope * (value - values[low]))).Max().Should().BeLessThan(0.1);
    }
}

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
    public void Lead_WithoutShifts_IsTheCurveByAlphaWithItsBand()
    {
        RobustnessReport alone = SyntheticReport.WithoutShifts();
        Figure lead = RobustnessReportFiles.Content(alone, new ReportOptions()).Lead;

        lead.Name.Should().Be("accuracy-by-alpha");
        (double X, double Y)[] curve = MixtureCurve(lead);
        ShouldBeAffine([.. alone.Alphas], [.. curve.Select(p => p.X)]);
        ShouldBeAffine([.. alone.Accuracies(0)], [.. curve.Select(p => p.Y)]);
        lead.Svg.Should().Contain("<polygon", "the band of intervals is an area");
        ConfidenceInterval half = RobustnessStatistics.Measure(alone).Sets[0].Intervals[5];
        lead.Description.Should().Contain($"alpha 0.5: {Text.Percent(alone.At(0.5).Reference)} {Text.Interval(half)}");
    }

    [Fact]
    public void Lead_WithShifts_FillsItsFrame()
    {
        (double X, double Y)[] curve = MixtureCurve(_content.Lead);
        (double Width, double Height) frame = Frame(_content.Lead);

        (curve.Max(p => p.X) - curve.Min(p => p.X)).Should().BeGreaterThan(0.8 * frame.Width);
        (curve.Max(p => p.Y) - curve.Min(p => p.Y)).Should().BeGreaterThan(0.8 * frame.Height);
    }

    [Fact]
    public void Lead_Points_CarryTheirAlphaWithoutOverlap()
    {
        (string Text, double X, double Y)[] labels = Labels(_content.Lead);

        labels.Select(l => l.Text).Should().Contain(["0 zero-shot", "1 fine-tuned", "0.5"]).And.OnlyHaveUniqueItems();
        labels.Length.Should().BeGreaterThan(6);
        foreach (var (a, b) in labels.SelectMany((a, i) => labels.Skip(i + 1).Select(b => (a, b))))
            (Math.Abs(a.Y - b.Y) >= 14 || Math.Abs(a.X - b.X) >= 0.57 * 14 * (a.Text.Length + b.Text.Length) / 2)
                .Should().BeTrue("{0} and {1} must not overlap", a, b);
    }

    [Fact]
    public void Lead_OfAnotherAlpha_NamesThatToo()
    {
        RobustnessReport report = SyntheticReport.Create([0, 0.3, 0.5, 1], withEnsembles: false);

        Figure lead = RobustnessReportFiles.Content(report, new ReportOptions { Alpha = 0.3 }).Lead;

        Labels(lead).Select(l => l.Text).Should().Contain(["0 zero-shot", "1 fine-tuned", "0.5", "0.3"]);
    }

    [Fact]
    public void Lead_OfPointsInOnePlace_GivesThemOneLabel()
    {
        RobustnessReport same = SyntheticReport.Create(withEnsembles: false);
        same = same with { Results = [.. same.Alphas.Select(a => new AlphaResult(a, same.Sets, same.At(0).Predictions))] };

        Labels(RobustnessReportFiles.Content(same, new ReportOptions()).Lead).Should().ContainSingle()
            .Which.Text.Should().Be("0 zero-shot … 1 fine-tuned");
    }

    [Fact]
    public void Lead_OfAThousandAlphas_LabelsThoseThatAreNeeded()
    {
        RobustnessReport few = SyntheticReport.Create([0, 0.5, 1], withEnsembles: false);
        RobustnessReport report = few with
        {
            Results = [.. AlphaGrid.Parse("0:1:0.001").Select(a =>
                new AlphaResult(a, few.Sets, few.Results[a < 0.5 ? 0 : a < 1 ? 1 : 2].Predictions))],
        };

        Labels(RobustnessReportFiles.Content(report, new ReportOptions()).Lead).Should().HaveCount(3);
    }

    [Fact]
    public void Figures_OfOneShiftAlone_ShowItOnce()
    {
        RobustnessReport all = SyntheticReport.Create(withEnsembles: false);
        RobustnessReport one = all with
        {
            Sets = all.Sets[..2],
            Divergences = all.Divergences[..2],
            Results = [.. all.Results.Select(r => new AlphaResult(r.Alpha, all.Sets[..2], r.Predictions[..2]))],
        };

        RobustnessReportFiles.Content(one, new ReportOptions()).Figures.Select(f => f.Name)
            .Should().Equal("accuracy-under-shift", "reliability-reference", "reliability-sketch");
    }

    [Fact]
    public void ShiftFigure_WhereTheFrameIsFarFromTheDiagonal_LeavesItOut()
    {
        EvaluatedSet[] sets = [.. SyntheticReport.Create().Sets.Take(2).Select(s => new EvaluatedSet(s.Name, [], []))];
        RobustnessReport Report(double shift) => new()
        {
            Sets = [.. sets],
            ClassNames = [],
            Results = [new AlphaResult(0, [0.8, shift]), new AlphaResult(0.5, [0.85, shift + 0.02]), new AlphaResult(1, [0.9, shift])],
        };

        RobustnessReportFiles.Content(Report(0.3), new ReportOptions()).Lead.Svg.Should().NotContain(">y = x<");
        RobustnessReportFiles.Content(Report(0.84), new ReportOptions()).Lead.Svg.Should().Contain(">y = x<");
    }

    [Fact]
    public void Figures_OnAPhone_HaveTextOfElevenPixels()
    {
        const double phone = 390 - 2 * 16; // less the page's margins
        foreach (Figure figure in _content.Figures)
            Regex.Matches(figure.Svg, "font-size=\"([0-9.]+)\"").Min(m => double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))
                .Should().BeGreaterThan(11 * Figure.Width / phone, figure.Name);
    }

    [Fact]
    public void ReliabilityFigure_Points_HoldTwentyImagesAndHaveIntervals()
    {
        foreach (Figure figure in _content.Figures.Where(f => f.Name.StartsWith("reliability-", StringComparison.Ordinal)))
        {
            int[] counts = [.. Regex.Matches(figure.Description, @"\] \((\d+)\)")
                .Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))];
            counts.Should().HaveCountGreaterThan(5).And.OnlyContain(n => n >= 20);
            Regex.Count(figure.Svg, "<polyline ").Should().BeGreaterThan(counts.Length, "each point has a bar");
        }
    }

    [Theory, InlineData(5, 5), InlineData(39, 39), InlineData(40, 20, 20), InlineData(250, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25)]
    public void EqualCountBins_OfSoManyImages_HoldEquallyMany(int images, params int[] expected)
    {
        float[] confidences = [.. Enumerable.Range(0, images).Select(i => (i * 7 % images) / (float)images)];
        var predictions = new Predictions([.. new int[images]], [.. confidences], [.. new float[images]], [.. new float[images]]);

        EqualCountBins.Measure(predictions, [.. Enumerable.Range(0, images).Select(i => i % 2)])
            .Select(b => b.Count).Should().Equal(expected);
    }

    [Fact]
    public void EqualCountBins_OfEqualConfidences_KeepThemTogether()
    {
        float[] confidences = [.. Enumerable.Repeat(0.4f, 25), .. Enumerable.Repeat(1f, 100)];
        var predictions = new Predictions([.. new int[125]], [.. confidences], [.. new float[125]], [.. new float[125]]);

        EqualCountBins.Measure(predictions, [.. new int[125]])
            .Select(b => (b.Count, Math.Round(b.Confidence, 6), b.Correct)).Should().Equal((25, 0.4, 25), (100, 1, 100));
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
            svg.Attribute("viewBox")!.Value.Should().Be(FormattableString.Invariant($"0 0 {Figure.Width} {figure.Height}"));
        }
        foreach (AlphaResult row in _report.Results)
            Find("shift-sketch").Description.Should().Contain(
                $"alpha {Text.Alpha(row.Alpha)}: {Text.Percent(row.Reference)} / {Text.Percent(row.Accuracies[1])}");
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

    /// <summary>The labels of a curve's points: all text that says an alpha.</summary>
    private static (string Text, double X, double Y)[] Labels(Figure figure)
    {
        return [.. Regex.Matches(figure.Svg, "<text [^>]*translate\\(([0-9.]+),([0-9.]+)\\)[^>]*font-size=\"14\"[^>]*>([01][^<]*)<")
            .Select(m => (m.Groups[3].Value, Number(m, 1), Number(m, 2)))];

        static double Number(Match m, int group) => double.Parse(m.Groups[group].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Width and height of the area that the axes enclose: the largest rectangle but the background.</summary>
    private static (double Width, double Height) Frame(Figure figure) =>
        Regex.Matches(figure.Svg, "<rect [^>]*width=\"([0-9.]+)\" height=\"([0-9.]+)\"")
            .Select(m => (Width: double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture),
                Height: double.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture)))
            .Where(r => r.Width < Figure.Width).MaxBy(r => r.Width * r.Height);

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

using System.Collections.Immutable;
using WiseFt.Evaluation;
using WiseFt.Files;

namespace WiseFt.Reports;

/// <summary>Everything the pages show, computed once, so that Markdown, HTML and figures cannot disagree.</summary>
internal sealed record ReportContent
{
    public required RobustnessReport Report { get; init; }

    public required RobustnessStatistics Statistics { get; init; }

    public required string Title { get; init; }

    public required ImmutableArray<string> Summary { get; init; }

    public required ImmutableArray<PageTable> Tables { get; init; }

    public required ImmutableArray<Figure> Figures { get; init; }

    public required ImmutableArray<ImageExample> Examples { get; init; }

    public static ReportContent Create(RobustnessReport report, ReportOptions options)
    {
        RobustnessStatistics statistics = RobustnessStatistics.Measure(report, options.Baselines);
        return new ReportContent
        {
            Report = report,
            Statistics = statistics,
            Title = options.Title,
            Summary = ReportSummary.Sentences(report, statistics),
            Tables = [.. AccuracyTables.Create(report, statistics), .. StatisticsTables.Create(report, statistics)],
            Figures = [.. FigureSet.Create(report, statistics, options)],
            Examples = ImageExample.Choose(report, statistics, options.ExampleImages),
        };
    }

    /// <summary>Writes the pages and the figures, each file whole or not at all.</summary>
    public void WriteTo(string folder)
    {
        foreach (Figure figure in Figures)
        {
            AtomicFile.WriteText(Path.Combine(folder, figure.Name + ".svg"), figure.Svg);
            AtomicFile.Write(Path.Combine(folder, figure.Name + ".png"), stream => stream.Write(figure.Png()));
        }
        AtomicFile.WriteText(Path.Combine(folder, "report.md"), MarkdownPage.Render(this));
        AtomicFile.WriteText(Path.Combine(folder, "report.html"), HtmlPage.Render(this));
    }
}

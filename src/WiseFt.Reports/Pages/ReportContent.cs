using System.Collections.Immutable;
using WiseFt.Evaluation;
using WiseFt.Files;

namespace WiseFt.Reports;

/// <summary>Everything the pages show, computed once, so that Markdown, HTML and figures cannot disagree.</summary>
internal sealed record ReportContent
{
    /// <summary>The heading of what tells how the results came about.</summary>
    public const string ProvenanceTitle = "How this was measured";

    public required RobustnessStatistics Statistics { get; init; }

    public required string Title { get; init; }

    /// <summary>The verdict's sentences, or what can be said without one.</summary>
    public required ImmutableArray<string> Summary { get; init; }

    /// <summary>The figure beside the verdict.</summary>
    public required Figure Lead { get; init; }

    /// <summary>How the results came about, by name.</summary>
    public required ImmutableArray<KeyValuePair<string, string>> Provenance { get; init; }

    public required ImmutableArray<PageSection> Sections { get; init; }

    public ImmutableArray<PageTable> Tables => [.. Sections.SelectMany(s => s.Tables)];

    public ImmutableArray<Figure> Figures => [Lead, .. Sections.SelectMany(s => s.Figures)];

    /// <summary>Writes the pages and the figures, each file whole or not at all, and removes the figures of an earlier report.</summary>
    public void WriteTo(string folder)
    {
        var files = new FigureFiles(folder);
        foreach (Figure figure in Figures)
        {
            files.Write(figure.Name + ".svg", System.Text.Encoding.UTF8.GetBytes(figure.Svg));
            files.Write(figure.Name + ".png", figure.Png());
        }
        AtomicFile.WriteText(Path.Combine(folder, "report.md"), MarkdownPage.Render(this));
        AtomicFile.WriteText(Path.Combine(folder, "report.html"), HtmlPage.Render(this));
        files.RemoveEarlier();
    }
}

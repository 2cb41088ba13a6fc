using System.Collections.Immutable;
using WiseFt.Evaluation;
using WiseFt.Files;

namespace WiseFt.Reports;

/// <summary>Everything the pages show, computed once, so that Markdown, HTML and figures cannot disagree.</summary>
internal sealed record ReportContent
{
    public required RobustnessStatistics Statistics { get; init; }

    public required string Title { get; init; }

    public required ImmutableArray<string> Summary { get; init; }

    public required ImmutableArray<PageTable> Tables { get; init; }

    public required ImmutableArray<Figure> Figures { get; init; }

    public required ImmutableArray<ImageExample> Examples { get; init; }

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

/// <summary>A table of a page, in cells of text.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Note">How to read it.</param>
/// <param name="Columns">The column heads; the first column names the row.</param>
/// <param name="Rows">As many cells a row as there are columns.</param>
/// <param name="Marked">The row to stand out, or -1.</param>
internal sealed record PageTable(
    string Title, string Note, ImmutableArray<string> Columns, ImmutableArray<ImmutableArray<string>> Rows, int Marked = -1);

using System.Collections.Immutable;

namespace WiseFt.Reports;

/// <summary>A part of the pages under a heading of its own.</summary>
/// <param name="Title">The heading; unique.</param>
/// <param name="Note">How to read it.</param>
internal sealed record PageSection(string Title, string Note)
{
    /// <summary>Its anchor: what GitHub makes of the heading, so that both pages can be linked to alike.</summary>
    public string Id => Text.Anchor(Title);

    public ImmutableArray<PageTable> Tables { get; init; } = [];

    public ImmutableArray<Figure> Figures { get; init; } = [];

    /// <summary>Images with what the models said; the HTML page alone shows them.</summary>
    public ImmutableArray<ImageExample> Examples { get; init; } = [];

    /// <summary>The section of one table.</summary>
    public static PageSection Of(PageTable table) => new(table.Title, table.Note) { Tables = [table] };
}

/// <summary>A table of a page, in cells of text.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Note">How to read it.</param>
/// <param name="Columns">The column heads; the first column names the row.</param>
/// <param name="Rows">As many cells a row as there are columns.</param>
/// <param name="Marked">The row to stand out, or -1.</param>
internal sealed record PageTable(
    string Title, string Note, ImmutableArray<string> Columns, ImmutableArray<ImmutableArray<string>> Rows, int Marked = -1)
{
    /// <summary>How dark each cell after the first is, in [0, 1]; empty for a table without shades.</summary>
    public ImmutableArray<ImmutableArray<double>> Shades { get; init; } = [];

    /// <summary>Whether the HTML page shows it only when asked to.</summary>
    public bool IsFolded { get; init; }
}

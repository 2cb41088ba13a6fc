using System.Collections.Immutable;

namespace WiseFt.Reports;

/// <summary>A table of a page, in cells of text.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Note">How to read it.</param>
/// <param name="Columns">The column heads; the first column names the row.</param>
/// <param name="Rows">As many cells a row as there are columns.</param>
/// <param name="Marked">The row to stand out, or -1.</param>
internal sealed record PageTable(string Title, string Note, ImmutableArray<string> Columns, ImmutableArray<ImmutableArray<string>> Rows, int Marked = -1);

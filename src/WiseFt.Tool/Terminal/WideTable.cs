using Spectre.Console;

namespace WiseFt.Tool;

/// <summary>A table of numbers whose columns go on below where the terminal is too narrow: no head is cut or broken.</summary>
internal static class WideTable
{
    private const int Padding = 3;

    /// <summary>Prints it on standard output.</summary>
    /// <param name="heads">The column heads; the first column names the rows, and is there again wherever columns go on.</param>
    /// <param name="rows">As many cells a row.</param>
    /// <param name="isMarked">Which rows stand out; null for none.</param>
    public static void Print(string[] heads, string[][] rows, Func<int, bool>? isMarked = null)
    {
        IAnsiConsole console = AnsiConsole.Console;
        if (!console.Profile.Out.IsTerminal) console.Profile.Width = 400; // a pipe has no width to fit
        int[] widths = [.. heads.Select((head, c) => rows.Select(row => row[c].Length).Append(head.Length).Max())];
        foreach (int[] columns in Pages(widths, console.Profile.Width))
        {
            Table table = new Table().Border(TableBorder.Simple);
            foreach (int c in columns) table.AddColumn(new TableColumn(Markup.Escape(heads[c])) { NoWrap = true }.RightAligned());
            for (int r = 0; r < rows.Length; r++)
            {
                bool marked = isMarked?.Invoke(r) == true;
                table.AddRow([.. columns.Select(c => Markup.Escape(rows[r][c])).Select(cell => marked ? $"[bold]{cell}[/]" : cell)]);
            }
            console.Write(table);
        }
    }

    /// <summary>The columns of each part: the first, and as many others as fit.</summary>
    internal static IEnumerable<int[]> Pages(int[] widths, int room)
    {
        List<int> page = [0];
        int used = widths[0] + Padding;
        for (int c = 1; c < widths.Length; c++)
        {
            if (used + widths[c] + Padding > room && page.Count > 1)
            {
                yield return [.. page];
                page = [0];
                used = widths[0] + Padding;
            }
            page.Add(c);
            used += widths[c] + Padding;
        }
        yield return [.. page];
    }
}

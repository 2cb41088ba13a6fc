using System.Text;

namespace WiseFt.Reports;

/// <summary>A table of report.html, in a region that the keyboard can scroll.</summary>
internal static class HtmlTable
{
    /// <summary>The table under a heading of its own, or behind it where it is folded.</summary>
    public static void AppendWithHeading(StringBuilder page, PageTable table)
    {
        string title = Text.Escape(table.Title), note = $"<p class=\"note\">{Text.Escape(table.Note)}</p>\n";
        page.Append(table.IsFolded ? $"<details>\n<summary>{title}</summary>\n{note}" : $"<h3>{title}</h3>\n{note}");
        Append(page, table);
        if (table.IsFolded) page.Append("</details>\n");
    }

    public static void Append(StringBuilder page, PageTable table)
    {
        page.Append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"").Append(Text.Escape(table.Title))
            .Append(table.Shades.IsEmpty ? "\">\n<table>\n<thead><tr>" : "\">\n<table class=\"heat\">\n<thead><tr>");
        foreach (string column in table.Columns) page.Append("<th scope=\"col\">").Append(Text.Escape(column)).Append("</th>");
        page.Append("</tr></thead>\n<tbody>\n");
        for (int r = 0; r < table.Rows.Length; r++) AppendRow(page, table, r);
        page.Append("</tbody>\n</table>\n</div>\n");
    }

    private static void AppendRow(StringBuilder page, PageTable table, int r)
    {
        page.Append(r == table.Marked ? "<tr class=\"marked\">" : "<tr>").Append("<th scope=\"row\">")
            .Append(Text.Escape(table.Rows[r][0])).Append("</th>");
        for (int c = 1; c < table.Rows[r].Length; c++)
        {
            string shade = table.Shades.IsEmpty || table.Shades[r][c - 1] == 0 ? ""
                : $" style=\"--shade:{Text.Number(100 * table.Shades[r][c - 1], "0")}%\"";
            page.Append("<td").Append(shade).Append('>').Append(Text.Escape(table.Rows[r][c])).Append("</td>");
        }
        page.Append("</tr>\n");
    }
}

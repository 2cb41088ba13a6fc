using System.Text;

namespace WiseFt.Reports;

/// <summary>report.md: the summary, every table, and links to the figures beside it.</summary>
internal static class MarkdownPage
{
    public static string Render(ReportContent content)
    {
        var page = new StringBuilder();
        page.Append("# ").Append(Escape(content.Title)).Append("\n\n**").Append(Escape(content.Summary[0])).Append("**");
        foreach (string sentence in content.Summary.Skip(1)) page.Append(' ').Append(Escape(sentence));
        page.Append("\n\n");
        Append(page, content.Lead);
        PageSection[] sections = [.. content.Sections.Where(s => !s.Tables.IsEmpty || !s.Figures.IsEmpty)];
        foreach (string title in sections.Select(s => s.Title).Prepend(ReportContent.ProvenanceTitle))
            page.Append("- [").Append(Escape(title)).Append("](#").Append(Text.Anchor(title)).Append(")\n");
        page.Append("\n## ").Append(ReportContent.ProvenanceTitle).Append("\n\n");
        foreach (var (name, text) in content.Provenance)
            page.Append("- **").Append(Escape(name)).Append(":** ").Append(Escape(text)).Append('\n');
        page.Append('\n');
        foreach (PageSection section in sections) Append(page, section);
        return page.ToString().TrimEnd() + "\n";
    }

    private static void Append(StringBuilder page, PageSection section)
    {
        page.Append("## ").Append(Escape(section.Title)).Append("\n\n").Append(Escape(section.Note)).Append("\n\n");
        foreach (PageTable table in section.Tables)
        {
            if (table.Title != section.Title)
                page.Append("### ").Append(Escape(table.Title)).Append("\n\n").Append(Escape(table.Note)).Append("\n\n");
            Append(page, table);
        }
        foreach (Figure figure in section.Figures) Append(page, figure);
    }

    private static void Append(StringBuilder page, Figure figure) =>
        page.Append("![").Append(Escape(figure.Caption)).Append("](").Append(figure.Name).Append(".svg)\n\n");

    private static void Append(StringBuilder page, PageTable table)
    {
        AppendRow(page, table.Columns.Select(Escape));
        AppendRow(page, table.Columns.Select((_, i) => i == 0 ? "---" : "---:"));
        for (int r = 0; r < table.Rows.Length; r++)
            AppendRow(page, r == table.Marked ? table.Rows[r].Select(c => $"**{Escape(c)}**") : table.Rows[r].Select(Escape));
        page.Append('\n');
    }

    private static void AppendRow(StringBuilder page, IEnumerable<string> cells) =>
        page.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    /// <summary>A text that Markdown shows as it is, also in a table, in bold and in an image's label.</summary>
    // GitHub takes dollar signs for mathematics.
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (char c in text)
            switch (c)
            {
                case '&': escaped.Append("&amp;"); break;
                case '<': escaped.Append("&lt;"); break;
                case '\u2028' or '\u2029': escaped.Append(' '); break;
                case '\\' or '|' or '*' or '_' or '[' or ']' or '`' or '~' or '$': escaped.Append('\\').Append(c); break;
                default: escaped.Append(char.IsControl(c) ? ' ' : c); break;
            }
        return escaped.ToString();
    }
}

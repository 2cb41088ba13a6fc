using System.Text;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>report.html: one file with everything in it, for any browser, offline.</summary>
internal static class HtmlPage
{
    private static readonly Lazy<string> _style = new(() =>
    {
        using var reader = new StreamReader(typeof(HtmlPage).Assembly.GetManifestResourceStream("report.css")!);
        return reader.ReadToEnd();
    });

    public static string Render(ReportContent content)
    {
        var page = new StringBuilder();
        string title = Text.Escape(content.Title);
        page.Append(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n" +
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<title>").Append(title).Append("</title>\n<style>\n").Append(_style.Value)
            .Append("</style>\n</head>\n<body>\n<main>\n<h1>").Append(title).Append("</h1>\n");
        foreach (string sentence in content.Summary) page.Append("<p>").Append(Text.Escape(sentence)).Append("</p>\n");
        page.Append("<div class=\"figures\">\n");
        foreach (Figure figure in content.Figures.Take(2)) Append(page, figure);
        page.Append("</div>\n");
        foreach (PageTable table in content.Tables) Append(page, table);
        Append(page, content.Examples, content.Statistics);
        AppendGroup(page, content, "shift-", "Each shift against the reference");
        AppendGroup(page, content, "reliability-", "Reliability");
        AppendGroup(page, content, "class-gains-", "Gains by class");
        return page.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static void AppendGroup(StringBuilder page, ReportContent content, string prefix, string heading)
    {
        Figure[] figures = [.. content.Figures.Where(f => f.Name.StartsWith(prefix, StringComparison.Ordinal))];
        if (figures.Length == 0) return;
        page.Append("<section>\n<h2>").Append(Text.Escape(heading)).Append("</h2>\n<div class=\"figures\">\n");
        foreach (Figure figure in figures) Append(page, figure);
        page.Append("</div>\n</section>\n");
    }

    private static void Append(StringBuilder page, Figure figure)
    {
        string data = Convert.ToBase64String(Encoding.UTF8.GetBytes(figure.Svg));
        page.Append("<figure>\n<img alt=\"").Append(Text.Escape(figure.Caption + " " + figure.Description)).Append("\" width=\"")
            .Append(Text.Number(figure.Width, "0"))
            .Append("\" height=\"").Append(Text.Number(figure.Height, "0")).Append("\" src=\"data:image/svg+xml;base64,").Append(data)
            .Append("\">\n<figcaption>")
            .Append(Text.Escape(figure.Caption)).Append("</figcaption>\n</figure>\n");
    }

    private static void Append(StringBuilder page, PageTable table)
    {
        string title = Text.Escape(table.Title);
        page.Append("<section>\n<h2>").Append(title).Append("</h2>\n<p class=\"note\">").Append(Text.Escape(table.Note))
            .Append("</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"").Append(title)
            .Append("\">\n<table>\n<thead><tr>");
        foreach (string column in table.Columns) page.Append("<th scope=\"col\">").Append(Text.Escape(column)).Append("</th>");
        page.Append("</tr></thead>\n<tbody>\n");
        for (int r = 0; r < table.Rows.Length; r++)
        {
            page.Append(r == table.Marked ? "<tr class=\"best\">" : "<tr>").Append("<th scope=\"row\">")
                .Append(Text.Escape(table.Rows[r][0])).Append("</th>");
            foreach (string cell in table.Rows[r].Skip(1)) page.Append("<td>").Append(Text.Escape(cell)).Append("</td>");
            page.Append("</tr>\n");
        }
        page.Append("</tbody>\n</table>\n</div>\n</section>\n");
    }

    private static void Append(StringBuilder page, IReadOnlyCollection<ImageExample> examples, RobustnessStatistics statistics)
    {
        if (examples.Count == 0) return;
        page.Append("<section>\n<h2>What the mixture gets right</h2>\n<p class=\"note\">Images that the mixture at alpha ")
            .Append(Text.Alpha(statistics.MixtureAlpha))
            .Append(
                " gets right and at least one end point gets wrong: " +
                "of each class one on which they differ much, from each test set in turn.</p>\n<div class=\"examples\">\n");
        foreach (ImageExample example in examples)
        {
            string alt = Text.Escape($"{example.Class}, an image of {example.Set}");
            page.Append("<div class=\"example\">\n").Append(
                example.Thumbnail() is string data ? $"<img alt=\"{alt}\" src=\"{data}\">\n" : "<div class=\"missing\">no picture</div>\n")
                .Append("<div><strong>").Append(Text.Escape(example.Class)).Append("</strong> <span class=\"set\">")
                .Append(Text.Escape(example.Set)).Append("</span>\n<ul>\n");
            foreach (var (model, said, confidence, isRight) in example.Said)
                page.Append(isRight ? "<li class=\"right\">✓ " : "<li class=\"wrong\">✗ ")
                    .Append(Text.Escape($"{model}: {said}, {Text.Number(100 * confidence, "0")}\u00a0%")).Append("</li>\n");
            page.Append("</ul></div>\n</div>\n");
        }
        page.Append("</div>\n</section>\n");
    }
}

using System.Text;

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
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" +
            "<meta name=\"color-scheme\" content=\"light dark\">\n")
            .Append("<title>").Append(title).Append("</title>\n<style>\n").Append(_style.Value)
            .Append("</style>\n</head>\n<body>\n<main>\n<h1>").Append(title).Append("</h1>\n");
        page.Append("<div class=\"top\">\n");
        AppendVerdict(page, content);
        Append(page, content.Lead);
        AppendContents(page, content);
        page.Append("</div>\n");
        AppendProvenance(page, content);
        foreach (PageSection section in content.Sections) Append(page, section);
        return page.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static void AppendVerdict(StringBuilder page, ReportContent content)
    {
        page.Append("<div class=\"verdict\">\n<p class=\"first\">").Append(Text.Escape(content.Summary[0])).Append("</p>\n");
        foreach (string sentence in content.Summary.Skip(1)) page.Append("<p>").Append(Text.Escape(sentence)).Append("</p>\n");
        page.Append("</div>\n");
    }

    private static void AppendContents(StringBuilder page, ReportContent content)
    {
        page.Append("<nav aria-label=\"Contents\">\n<ul>\n");
        foreach (string title in content.Sections.Select(s => s.Title).Prepend(ReportContent.ProvenanceTitle))
            page.Append("<li><a href=\"#").Append(Text.Escape(Text.Anchor(title))).Append("\">").Append(Text.Escape(title))
                .Append("</a></li>\n");
        page.Append("</ul>\n</nav>\n");
    }

    private static void AppendProvenance(StringBuilder page, ReportContent content)
    {
        AppendHeading(page, ReportContent.ProvenanceTitle);
        page.Append("<dl>\n");
        foreach (var (name, text) in content.Provenance)
            page.Append("<dt>").Append(Text.Escape(name)).Append("</dt><dd>").Append(Text.Escape(text)).Append("</dd>\n");
        page.Append("</dl>\n</section>\n");
    }

    private static void AppendHeading(StringBuilder page, string title) =>
        page.Append("<section id=\"").Append(Text.Escape(Text.Anchor(title))).Append("\">\n<h2>").Append(Text.Escape(title))
            .Append("</h2>\n");

    private static void Append(StringBuilder page, PageSection section)
    {
        AppendHeading(page, section.Title);
        page.Append("<p class=\"note\">").Append(Text.Escape(section.Note)).Append("</p>\n");
        if (section.Tables is [var only] && only.Title == section.Title) HtmlTable.Append(page, only);
        else foreach (PageTable table in section.Tables) HtmlTable.AppendWithHeading(page, table);
        if (!section.Figures.IsEmpty)
        {
            page.Append("<div class=\"figures\">\n");
            foreach (Figure figure in section.Figures) Append(page, figure);
            page.Append("</div>\n");
        }
        if (!section.Examples.IsEmpty) Append(page, section.Examples);
        page.Append("</section>\n");
    }

    private static void Append(StringBuilder page, Figure figure)
    {
        string data = Convert.ToBase64String(Encoding.UTF8.GetBytes(figure.Svg));
        page.Append("<figure>\n<img alt=\"").Append(Text.Escape(figure.Caption + " " + figure.Description)).Append("\" width=\"")
            .Append(Text.Number(Figure.Width, "0"))
            .Append("\" height=\"").Append(Text.Number(figure.Height, "0")).Append("\" src=\"data:image/svg+xml;base64,").Append(data)
            .Append("\">\n<figcaption>")
            .Append(Text.Escape(figure.Caption)).Append("</figcaption>\n</figure>\n");
    }

    private static void Append(StringBuilder page, IReadOnlyCollection<ImageExample> examples)
    {
        page.Append("<div class=\"examples\">\n");
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
        page.Append("</div>\n");
    }
}

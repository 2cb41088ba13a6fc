using WiseFt.Evaluation;

namespace WiseFt.Reports.Tests;

public sealed class MarkdownPageTests
{
    [Fact]
    public void Render_OfNamesWithMarkdownInThem_ShowsThemAsTheyAre()
    {
        const string name = "a|b*c_d<e>`f`\r\n[g](h)&lt;~~i~~$j$\\\u2028k";
        const string shown = @"a\|b\*c\_d&lt;e>\`f\`  \[g\](h)&amp;lt;\~\~i\~\~\$j\$\\ k";
        RobustnessReport report = SyntheticReport.Create();
        RobustnessReport renamed = report with
        {
            ClassNames = [name, .. report.ClassNames.Skip(1)],
            Sets = [report.Sets[0], report.Sets[1] with { Name = name }, .. report.Sets.Skip(2)],
        };

        string page = MarkdownPage.Render(RobustnessReportFiles.Content(renamed, new ReportOptions { Title = name }));

        page.Should().StartWith($"# {shown}\n");
        page.Replace(shown, "", StringComparison.Ordinal).Should().NotContainAny("a|b", "`", "&lt;~", "[g](h)", "$j", "\r", "\u2028");
        foreach (string row in page.Split('\n').Where(l => l.StartsWith("| ", StringComparison.Ordinal)))
            row.Replace(@"\|", "", StringComparison.Ordinal).Should().EndWith(" |");
    }
}

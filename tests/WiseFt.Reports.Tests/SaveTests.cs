using System.Text.RegularExpressions;
using WiseFt.Evaluation;

namespace WiseFt.Reports.Tests;

public sealed class SaveTests
{
    [Fact]
    public void Save_LeavesEveryFileAndNoTemporaryOne() => SyntheticReport.InFolder(folder =>
    {
        SyntheticReport.Create().Save(folder);

        string[] figures = [
            "accuracy-under-shift", "shift-sketch", "shift-photo---film", "reliability-reference", "reliability-sketch",
            "reliability-photo---film"];
        Directory.GetFiles(folder).Select(Path.GetFileName).Should().BeEquivalentTo(
            ["results.jsonl", "predictions.jsonl", "report.md", "report.html", "figures.sha256",
                .. figures.Select(f => f + ".png"), .. figures.Select(f => f + ".svg")]);
        foreach (string figure in figures)
            File.ReadAllBytes(Path.Combine(folder, figure + ".png")).Take(4).Should().Equal(0x89, 0x50, 0x4e, 0x47);
    });

    [Fact]
    public void Save_TheHtmlPage_RefersToNothingOutsideItself() => SyntheticReport.InFolder(folder =>
    {
        SyntheticReport.Create().Save(folder);

        string page = File.ReadAllText(Path.Combine(folder, "report.html"));
        Regex.Matches(page, """\b(?:src|href|srcset|poster)\s*=\s*(?!["']?(?:data:|#))""", RegexOptions.IgnoreCase).Should().BeEmpty();
        page.Should().NotContainAny("http://", "https://", "url(", "@import", "<script", "<link", "cat <3");
        Regex.Count(page, "<img alt=\"[^\"]{20,}\"").Should().Be(Regex.Count(page, "<img "));
        page.Should().Contain("cat &lt;3").And.Contain("width=device-width");
    });

    [Fact]
    public void Save_Tables_AgreeInMarkdownHtmlAndReport() => SyntheticReport.InFolder(folder =>
    {
        RobustnessReport report = SyntheticReport.Create();
        report.Save(folder);

        string[] markdown = [.. File.ReadLines(Path.Combine(folder, "report.md"))
            .SkipWhile(l => !l.StartsWith("| alpha", StringComparison.Ordinal)).Skip(2).TakeWhile(l => l.StartsWith('|'))];
        string html = File.ReadAllText(Path.Combine(folder, "report.html"));
        string[] rows = [.. Regex.Matches(html, "<tr[^>]*><th scope=\"row\">(.*?)</tr>").Take(report.Results.Length)
            .Select(m => m.Groups[1].Value)];
        for (int a = 0; a < report.Results.Length; a++)
        {
            AlphaResult row = report.Results[a];
            string[] expected = [
                Text.Alpha(row.Alpha), .. row.Accuracies.Select(Text.Percent), Text.Percent(row.AverageShifts!.Value),
                Text.Percent(row.AverageReferenceAndShifts)];
            markdown[a].Trim('|').Split('|').Select(c => c.Trim().Replace("**", "", StringComparison.Ordinal)).Should().Equal(expected);
            Regex.Replace(rows[a], "<[^>]+>", " ").Split(' ', StringSplitOptions.RemoveEmptyEntries).Should().Equal(expected);
        }
    });

    [Theory, InlineData("tr-TR"), InlineData("de-DE")]
    public void Save_InAnotherCulture_WritesTheSamePages(string culture) => SyntheticReport.InFolder(folder =>
    {
        RobustnessReport report = SyntheticReport.Create([0, 0.5, 1], withEnsembles: false);
        var options = new ReportOptions { Clock = new StoppedClock() };
        report.SavePages(Path.Combine(folder, "invariant"), options);
        var before = System.Globalization.CultureInfo.CurrentCulture;
        try
        {
            System.Globalization.CultureInfo.CurrentCulture = new System.Globalization.CultureInfo(culture);
            report.SavePages(Path.Combine(folder, "other"), options);
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = before;
        }
        foreach (string file in (string[])["report.md", "report.html", "accuracy-under-shift.svg"])
            File.ReadAllText(Path.Combine(folder, "other", file)).Should().Be(File.ReadAllText(Path.Combine(folder, "invariant", file)));
    });

    [Fact]
    public void Save_WithAReferenceNameThatIsAShifts_IsRefused() => SyntheticReport.InFolder(folder =>
    {
        Action save = () => SyntheticReport.Create().Save(folder, new ReportOptions { ReferenceName = "sketch" });

        save.Should().Throw<ArgumentException>().WithMessage("*'sketch'*shift*");
        Directory.GetFiles(folder).Should().BeEmpty();
    });

    [Fact]
    public void Save_WithABaselineOfNoShift_IsRefused() => SyntheticReport.InFolder(folder =>
    {
        Action save = () => SyntheticReport.Create().Save(folder, new ReportOptions
        {
            Baselines = new Dictionary<string, BaselineFit> { ["skech"] = ImageNetBaselines.Find("imagenet-sketch") }
        });

        save.Should().Throw<ArgumentException>().WithMessage("*'skech'*sketch, photo & film*");
    });

    [Fact]
    public void Save_OfOneAlphaWithoutShifts_Works() => SyntheticReport.InFolder(folder =>
    {
        RobustnessReport all = SyntheticReport.Create([0.5], withEnsembles: false);
        RobustnessReport report = all with
        {
            Sets = [all.Sets[0]],
            Divergences = [],
            Results = [new AlphaResult(0.5, [all.Sets[0]], [all.Results[0].Predictions[0]])],
        };

        report.Save(folder);

        File.ReadAllText(Path.Combine(folder, "report.md")).Should().Contain("**At alpha 0.5 the accuracy on reference is 68.3 %.**");
    });
}

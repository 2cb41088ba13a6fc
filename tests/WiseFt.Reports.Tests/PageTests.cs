using System.Text.RegularExpressions;
using WiseFt.Evaluation;

namespace WiseFt.Reports.Tests;

/// <summary>What a person finds on the page who opens it for the first time.</summary>
public sealed class PageTests
{
    private static readonly RobustnessReport _report = SyntheticReport.Create();
    private static readonly ReportOptions _options = new() { Clock = new StoppedClock() };

    [Fact]
    public void Html_OpensWithTheVerdictAndOneFigure()
    {
        string page = Html(_report, _options);
        Verdict verdict = Verdict.Measure(_report)!;

        int place = 0;
        foreach (string part in (string[])[.. verdict.Sentences.Select(Text.Escape), "<figure>", "<nav", "<dl>", "<table>"])
        {
            int next = page.IndexOf(part, place, StringComparison.Ordinal);
            next.Should().BePositive("'{0}' comes after what is before it", part);
            place = next;
        }
        Regex.Count(page[..place], "<figure>").Should().Be(1);
        MarkdownPage.Render(Content(_report, _options)).Should().Contain($"**{verdict.Sentences[0]}** {verdict.Sentences[1]}");
    }

    [Theory, InlineData(0.3), InlineData(0.5)]
    public void Content_OfAnAlphaDecidedOn_MarksAndComparesTheVerdicts(double alpha)
    {
        ReportOptions options = _options with { Alpha = alpha };
        ReportContent content = Content(_report, options);
        double shipped = Verdict.Measure(_report, alpha)!.Alpha;

        PageTable table = content.Tables.Single(t => t.Title == "Accuracy by mixing coefficient");
        table.Rows[table.Marked][0].Should().Be(Text.Alpha(shipped));
        content.Statistics.MixtureAlpha.Should().Be(shipped);
        content.Tables.Should().Contain(t => t.Title == $"Mixture {Text.Alpha(shipped)} against each end point");
    }

    [Fact]
    public void Content_WithAnAlphaThatIsNone_IsRefused() =>
        FluentActions.Invoking(() => new ReportOptions { Alpha = 1.1 }).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void Pages_OfAccuraciesAlone_ClaimNoBestAlpha()
    {
        RobustnessReport accuracies = _report with
        {
            Sets = [.. _report.Sets.Select(s => new EvaluatedSet(s.Name, [], []))],
            ClassNames = [],
            Divergences = [],
            OutputEnsembles = [],
            Results = [.. _report.Results.Select(r => new AlphaResult(r.Alpha, r.Accuracies))],
        };
        ReportContent content = Content(accuracies, _options);

        content.Summary.Should().ContainSingle().Which.Should().StartWith("Fine-tuning takes").And.Contain("at alpha 0.5 has");
        string[] pages = [HtmlPage.Render(content), MarkdownPage.Render(content)];
        pages.Should().OnlyContain(p => !p.Contains("Ship alpha") && !p.Contains("hindsight") && !p.Contains("verdict's"));
    }

    [Fact]
    public void Pages_Contents_LeadToEveryHeading()
    {
        ReportContent content = Content(_report, _options);
        string html = HtmlPage.Render(content), markdown = MarkdownPage.Render(content);

        string[] links = [.. Regex.Matches(html, "href=\"#([^\"]+)\"").Select(m => m.Groups[1].Value)];
        links.Should().OnlyHaveUniqueItems().And.Equal(Regex.Matches(html, "<section id=\"([^\"]+)\"").Select(m => m.Groups[1].Value));
        links.Should().HaveCount(Regex.Count(html, "<h2>"));
        Regex.Matches(markdown, @"\]\(#([^)]+)\)").Select(m => m.Groups[1].Value).Should().Equal(
            markdown.Split('\n').Where(l => l.StartsWith("## ", StringComparison.Ordinal)).Select(l => Text.Anchor(l[3..])));
    }

    [Fact]
    public void Pages_Provenance_HasWhatCallersSayThenWhatIsKnown()
    {
        ReportOptions options = _options with
        {
            Provenance = [new("Model", "ViT-B/32 <small>"), new("command line", "wiseft sweep --seed 3")],
            Arguments = new Dictionary<string, string> { ["model"] = "elsewhere", ["device"] = "cpu" },
        };
        ReportContent content = Content(_report, options);

        content.Provenance.Take(5).Select(p => $"{p.Key}: {p.Value}").Should().Equal(
            "Model: ViT-B/32 <small>", "Command line: wiseft sweep --seed 3", "Device: cpu",
            "Reference distribution: reference: 120 images of 5 classes",
            "Distribution shifts: sketch: 90 images of 5 classes; photo & film: 60 images of 5 classes");
        content.Provenance[^1].Value.Should().StartWith("2026-03-14 09:26 UTC by WiseFt 0.").And.Contain(" processors, .NET ");
        HtmlPage.Render(content).Should().Contain("<dt>Model</dt><dd>ViT-B/32 &lt;small&gt;</dd>");
        MarkdownPage.Render(content).Should().Contain("- **Model:** ViT-B/32 &lt;small>\n");
    }

    [Fact]
    public void LoadProvenance_OfASavedReport_GivesTimeAndArguments() => SyntheticReport.InFolder(folder =>
    {
        ReportOptions options = _options with
        {
            Provenance = [new("hardware", "not in the results")],
            Arguments = new Dictionary<string, string> { ["model"] = "ViT-B/32", ["seed"] = "3" },
        };
        _report.Save(folder, options);

        RobustnessReportFiles.LoadProvenance(Path.Combine(folder, "results.jsonl")).Select(p => $"{p.Key}: {p.Value}")
            .Should().Equal("Measured: 2026-03-14T09:26:53Z", "model: ViT-B/32", "seed: 3");
    });

    [Fact]
    public void Confusions_OfFewClasses_AreTheMatrixOfTheVerdictsAlpha()
    {
        PageSection section = Section("Which classes are confused");
        Predictions said = _report.At(0.5).Predictions[0];

        PageTable matrix = section.Tables[0];
        matrix.Columns.Skip(1).Should().Equal(SyntheticReport.ClassNames);
        for (int t = 0; t < 5; t++)
            matrix.Rows[t].Skip(1).Should().Equal(Enumerable.Range(0, 5).Select(p => Text.Number(
                _report.Sets[0].Labels.Zip(said.Classes).Count(c => c == (t, p)), "0")));
        matrix.Shades.Should().OnlyContain(row => Math.Abs(row.Sum() - 1) < 1e-9);
        section.Tables.Select(t => (t.Title, t.IsFolded)).Should().Equal(("reference", false), ("sketch", true), ("photo & film", true));
        Regex.Count(Html(_report, _options), "<details>\n<summary>(sketch|photo &amp; film)</summary>").Should().Be(4);
    }

    [Fact]
    public void Confusions_OfManyClasses_AreThePairsMostConfused()
    {
        const int classes = 1000;
        int[] labels = [.. Enumerable.Range(0, 2 * classes).Select(i => i / 2), 7, 7], said = [.. labels];
        (said[14], said[15], said[2000], said[2001]) = (8, 8, 8, 7);  // three of four 7s
        (said[16], said[17]) = (7, 9);
        for (int i = 100; i < 200; i++) said[i] = i / 2 + 1;          // each pair twice
        RobustnessReport report = OneSet(classes, labels, said);

        PageTable table = Content(report, _options).Tables.Single(t => t.Title == "reference");
        table.Rows.Should().HaveCount(15);
        table.Rows[0].Should().Equal("class 7", "class 8", "3", "4", "75.0", "1");
        table.Rows[1].Should().Equal("class 50", "class 51", "2", "2", "100.0", "0");
        table.Note.Should().Contain("105 of 2002 images are wrong. These pairs are 31 of them.");
    }

    [Fact]
    public void Examples_OfMistakes_AreTheSurestOfEachTestSetInTurn()
    {
        ImageExample[] wrong = [.. Section("What the mixture gets wrong").Examples];

        wrong.Select(e => e.Set).Distinct().Should().Equal(_report.Sets.Select(s => s.Name));
        wrong.Should().OnlyContain(e => !e.Said.Single(s => s.Model == "mixture 0.5").IsRight);
        for (int s = 0; s < _report.Sets.Length; s++)
        {
            Predictions said = _report.At(0.5).Predictions[s];
            int surest = Enumerable.Range(0, said.Classes.Length)
                .Where(i => said.Classes[i] != _report.Sets[s].Labels[i]).MaxBy(i => said.Confidences[i]);
            wrong.First(e => e.Set == _report.Sets[s].Name).Image.Should().Be(_report.Sets[s].Images[surest]);
        }
        Content(_report, _options with { ExampleImages = 2 }).Sections.Where(s => !s.Examples.IsEmpty)
            .Should().HaveCount(2).And.OnlyContain(s => s.Examples.Length == 2);
    }

    [Fact]
    public void Html_InTheDark_HasFiguresToReadAndPrintStaysLight()
    {
        string page = Html(_report, _options);

        page.Should().Contain("@media screen and (prefers-color-scheme: dark)").And.MatchRegex(@"figure img \{ filter: invert");
        _ = Content(_report, _options).Figures.Select(f => f.Svg).Should().OnlyContain(svg => svg.Contains("fill:rgb(255,255,255)"));
    }

    [Fact]
    public void Html_ScrollingTables_CanBeReachedByKeyboard()
    {
        string page = Html(_report, _options);

        Regex.Count(page, "<table").Should().Be(
            Regex.Count(page, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"[^\"]+\">\n<table"));
    }

    private static RobustnessReport OneSet(int classes, int[] labels, int[] said)
    {
        var set = new EvaluatedSet("reference", [.. labels], [.. labels.Select((_, i) => $"{i}.png")]);
        float[] ones = [.. labels.Select(_ => 0.9f)];
        return new RobustnessReport
        {
            Sets = [set],
            ClassNames = [.. Enumerable.Range(0, classes).Select(c => $"class {c}")],
            Results = [new AlphaResult(0.5, [set], [new Predictions([.. said], [.. ones], [.. ones], [.. ones])])],
        };
    }

    private static PageSection Section(string title) => Content(_report, _options).Sections.Single(s => s.Title == title);

    private static ReportContent Content(RobustnessReport report, ReportOptions options) => RobustnessReportFiles.Content(report, options);

    private static string Html(RobustnessReport report, ReportOptions options) => HtmlPage.Render(Content(report, options));
}

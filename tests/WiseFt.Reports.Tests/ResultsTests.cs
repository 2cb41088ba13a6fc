using System.Text.Json;
using WiseFt.Evaluation;

namespace WiseFt.Reports.Tests;

public sealed class ResultsTests
{
    [Fact]
    public void Load_OfASavedReport_GivesTheSameReport() => SyntheticReport.InFolder(folder =>
    {
        RobustnessReport report = SyntheticReport.Create();
        var options = new ReportOptions { Clock = new StoppedClock() };
        report.Save(folder, options);

        RobustnessReport loaded = RobustnessReportFiles.Load(Path.Combine(folder, "results.jsonl"));

        loaded.Should().BeEquivalentTo(report, o => o.WithStrictOrdering());
        loaded.SavePages(Path.Combine(folder, "again"), options);
        foreach (string file in (string[])["report.md", "report.html", "accuracy-under-shift.svg"])
            File.ReadAllText(Path.Combine(folder, "again", file)).Should().Be(File.ReadAllText(Path.Combine(folder, file)));
    });

    [Fact]
    public void Save_Twice_AppendsAndLoadsTheLatest() => SyntheticReport.InFolder(folder =>
    {
        SyntheticReport.Create().Save(folder);
        string before = File.ReadAllText(Path.Combine(folder, "results.jsonl"));
        SyntheticReport.Create([0, 0.25, 1], withEnsembles: false).Save(folder);

        File.ReadAllText(Path.Combine(folder, "results.jsonl")).Should().StartWith(before);
        File.ReadLines(Path.Combine(folder, "results.jsonl")).Should().HaveCount(3 * 11 + 3);
        RobustnessReportFiles.Load(Path.Combine(folder, "results.jsonl")).Alphas.Should().Equal(0, 0.25, 1);
    });

    [Fact]
    public void Save_AfterALineThatWasCutShort_BeginsANewLine() => SyntheticReport.InFolder(folder =>
    {
        string path = Path.Combine(folder, "results.jsonl");
        File.WriteAllText(path, "{\"alpha\": 0.5");
        SyntheticReport.Create([0.5], withEnsembles: false).Save(folder);

        File.ReadLines(path).Should().HaveCount(2);
        FluentActions.Invoking(() => RobustnessReportFiles.Load(path)).Should().Throw<InvalidDataException>().WithMessage("*line 1*");
    });

    [Fact]
    public void Save_Rows_HaveTheFieldsThatTheReferenceImplementationPlots() => SyntheticReport.InFolder(folder =>
    {
        RobustnessReport report = SyntheticReport.Create();
        report.Save(
            folder,
            new ReportOptions { ReferenceName = "ImageNet", Arguments = new Dictionary<string, string> { ["model"] = "ViT-B/32" } });

        string[] lines = File.ReadAllLines(Path.Combine(folder, "results.jsonl"));
        lines[0].Should().Contain("\"alpha\":0.0,", "scatter_plot.py keeps the rows whose alpha Python reads as a float");
        JsonElement[] rows = [.. lines.Select(l => JsonDocument.Parse(l).RootElement)];
        rows.Count(r => r.TryGetProperty("alpha", out _))
            .Should().Be(report.Results.Length, "output-space ensembles must not be plotted as mixtures");
        for (int a = 0; a < report.Results.Length; a++)
        {
            rows[a].GetProperty("alpha").GetDouble().Should().Be(report.Results[a].Alpha);
            rows[a].GetProperty("ImageNet:top1").GetDouble().Should().Be(report.Results[a].Reference);
            rows[a].GetProperty("sketch:top1").GetDouble().Should().Be(report.Results[a].Accuracies[1]);
            rows[a].GetProperty("model").GetString().Should().Be("ViT-B/32");
        }
    });

    [Fact]
    public void Load_OfTheReferenceImplementationsRows_TakesTheLastOfEachAlpha() => SyntheticReport.InFolder(folder =>
    {
        string path = Path.Combine(folder, "results.jsonl");
        File.WriteAllText(path, """
            {"data_location": "~/data", "eval_datasets": ["ImageNetR", "ImageNet"], "alpha": [0.0, 0.5, 1.0], "current_epoch": 0, "ImageNet:top1": 0.7, "ImageNetR:top1": 0.6}
            {"eval_datasets": ["ImageNetR", "ImageNet"], "alpha": 0, "ImageNet:top1": 0.1, "ImageNetR:top1": 0.1}
            {"eval_datasets": ["ImageNetR", "ImageNet"], "alpha": 0.0, "ImageNet:top1": 0.6336, "ImageNetR:top1": 0.693}
            {"eval_datasets": ["ImageNetR", "ImageNet"], "alpha": 1.0, "ImageNet:top1": 0.7613, "ImageNetR:top1": 0.5689}
            {"eval_datasets": ["ImageNetR", "ImageNet"], "alpha": 0.5, "ImageNet:top1": 0.7683, "ImageNetR:top1": 0.7009}
            """);

        RobustnessReport report = RobustnessReportFiles.Load(path);
        report.SavePages(Path.Combine(folder, "pages"), new ReportOptions
        {
            Baselines = new Dictionary<string, BaselineFit> { ["ImageNetR"] = ImageNetBaselines.Find("imagenet-r") }
        });

        report.Sets.Select(s => s.Name).Should().Equal("ImageNet", "ImageNetR");
        report.Results.Select(r => (r.Alpha, r.Reference, r.AverageShifts))
            .Should().Equal((0, 0.6336, 0.693), (0.5, 0.7683, 0.7009), (1, 0.7613, 0.5689));
        report.HasPredictions.Should().BeFalse();
        File.ReadAllText(Path.Combine(folder, "pages", "report.md"))
            .Should().Contain("| **0.5** | **76.8** | **70.1** | **70.1** | **73.5** |").And.Contain("Effective robustness");
    });

    [Theory]
    [InlineData("", "*no*alpha*")]
    [InlineData("[1]", "*line 1*")]
    [InlineData("{\"alpha\": 1.5, \"reference:top1\": 0.5}", "*line 1: alpha is 1.5*")]
    [InlineData("{\"alpha\": 0.5, \"reference:top1\": 71}", "*reference is 71; expected a fraction*")]
    [InlineData("{\"alpha\": 0.5}", "*none with a number as alpha*")]
    [InlineData("{\"alpha\": 0.5, \"reference:top1\": 0.5, \"reference:count\": -1}", "*line 1*count of reference is -1*")]
    [InlineData("{\"alpha\": 0.5, \"eval_datasets\": [null], \"reference:top1\": 0.5}", "*line 1: eval_datasets has a null*")]
    [InlineData("{\"alpha\": 0.5, \"reference:top1\": 0.5, \"reference:top1\": 0.6}", "*line 1*reference:top1*")]
    public void Load_OfADamagedFile_SaysWhatAndWhere(string text, string message) => SyntheticReport.InFolder(folder =>
    {
        string path = Path.Combine(folder, "results.jsonl");
        File.WriteAllText(path, text);

        FluentActions.Invoking(() => RobustnessReportFiles.Load(path)).Should().Throw<InvalidDataException>().WithMessage(message);
    });

    [Fact]
    public void Load_OfPredictionsCutShort_SaysSo() => SyntheticReport.InFolder(folder =>
    {
        SyntheticReport.Create([0, 1], withEnsembles: false).Save(folder);
        string path = Path.Combine(folder, "predictions.jsonl");
        File.WriteAllLines(path, File.ReadAllLines(path).SkipLast(1));

        FluentActions.Invoking(() => RobustnessReportFiles.Load(Path.Combine(folder, "results.jsonl")))
            .Should().Throw<InvalidDataException>().WithMessage("*predictions.jsonl*sweep again*");
    });

    [Fact]
    public void Load_OfNoFile_NamesIt() =>
        FluentActions.Invoking(() => RobustnessReportFiles.Load("nowhere/results.jsonl"))
            .Should().Throw<FileNotFoundException>().WithMessage("*nowhere/results.jsonl*");
}

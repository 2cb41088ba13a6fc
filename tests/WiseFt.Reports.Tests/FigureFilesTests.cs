namespace WiseFt.Reports.Tests;

/// <summary>A report in a folder that holds one already.</summary>
public sealed class FigureFilesTests
{
    [Fact]
    public void Save_OverAReportOfOtherShifts_LeavesNoneOfItsFigures() => SyntheticReport.InFolder(folder =>
    {
        SyntheticReport.Create().Save(folder);
        SyntheticReport.WithoutShifts().Save(folder);

        string[] files = [.. Directory.GetFiles(folder).Select(f => Path.GetFileName(f))];
        files.Should().BeEquivalentTo(
            "results.jsonl", "predictions.jsonl", "report.md", "report.html", "figures.sha256", "accuracy-by-alpha.svg",
            "accuracy-by-alpha.png", "reliability-reference.svg", "reliability-reference.png");
        File.ReadLines(Path.Combine(folder, "results.jsonl")).Should().HaveCount(3 * 11 + 11, "results grow");
    });

    [Fact]
    public void Save_OverAReport_KeepsWhatOthersPutOrChanged() => SyntheticReport.InFolder(folder =>
    {
        SyntheticReport.Create().Save(folder);
        string[] others = ["shift-schedule.png", "notes.txt", "shift-sketch.svg"];
        foreach (string other in others) File.WriteAllText(Path.Combine(folder, other), "mine");
        SyntheticReport.WithoutShifts().SavePages(folder);

        foreach (string other in others) File.ReadAllText(Path.Combine(folder, other)).Should().Be("mine");
        File.Exists(Path.Combine(folder, "shift-sketch.png")).Should().BeFalse();
    });

    [Theory]
    [InlineData("../outside.svg")]
    [InlineData("outside.txt")]
    [InlineData("..")]
    [InlineData("")]
    public void Save_OverAListThatNamesAnotherFile_KeepsIt(string name) => SyntheticReport.InFolder(folder =>
    {
        string report = Path.Combine(folder, "report");
        Directory.CreateDirectory(report);
        foreach (string file in (string[])["outside.svg", "report/outside.txt"]) File.WriteAllText(Path.Combine(folder, file), "");
        const string ofNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        File.WriteAllText(Path.Combine(report, "figures.sha256"), $"{ofNothing}  {name}\ngarbage\n");

        SyntheticReport.WithoutShifts([0.5]).SavePages(report);

        File.Exists(Path.Combine(folder, "outside.svg")).Should().BeTrue();
        File.Exists(Path.Combine(report, "outside.txt")).Should().BeTrue();
    });

    [Fact]
    public void Save_TwiceTheSame_WritesTheSameFiles() => SyntheticReport.InFolder(folder =>
    {
        var options = new ReportOptions { Clock = new StoppedClock() };
        SyntheticReport.Create().SavePages(folder, options);
        var before = Directory.GetFiles(folder).ToDictionary(f => f, File.ReadAllBytes);
        SyntheticReport.Create().SavePages(folder, options);

        Directory.GetFiles(folder).Should().BeEquivalentTo(before.Keys);
        foreach (var (file, content) in before) File.ReadAllBytes(file).Should().Equal(content);
    });
}

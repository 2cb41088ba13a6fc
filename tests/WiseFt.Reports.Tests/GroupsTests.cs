using System.Collections.Immutable;
using System.Text.Json;
using WiseFt.Evaluation;
using WiseFt.Images;

namespace WiseFt.Reports.Tests;

/// <summary>Test sets with groups, and with classes of their own.</summary>
public sealed class GroupsTests
{
    [Fact]
    public void Load_OfASavedReportWithGroups_GivesTheSameReport() => SyntheticReport.InFolder(folder =>
    {
        RobustnessReport report = WithGroups();
        report.Save(folder);

        RobustnessReportFiles.Load(Path.Combine(folder, "results.jsonl")).Should().BeEquivalentTo(report, o => o.WithStrictOrdering());
    });

    [Fact]
    public void Save_WithGroups_HasTheWorstOnePerRowAndInATable() => SyntheticReport.InFolder(folder =>
    {
        RobustnessReport report = WithGroups();
        report.Save(folder);

        GroupingStatistics region = RobustnessStatistics.Measure(report).Sets[1].Groupings[0];
        JsonElement[] rows = [.. File.ReadLines(Path.Combine(folder, "results.jsonl")).Select(l => JsonDocument.Parse(l).RootElement)];
        for (int a = 0; a < report.Results.Length; a++)
            rows[a].GetProperty("sketch:acc_worst_region").GetDouble().Should().Be(region.ByAlpha[a].Groups.Min(g => g.Accuracy));
        rows[0].TryGetProperty("reference:acc_worst_region", out _).Should().BeFalse();
        string page = File.ReadAllText(Path.Combine(folder, "report.md"));
        GroupAccuracy worst = region.ByAlpha[0].Worst;
        page.Should().Contain("## Worst groups").And.Contain(
            $"| sketch | region | zero-shot | {region.GroupNames[worst.Group]} | {Text.Percent(worst.Accuracy)} \\[");
        region.ByAlpha[0].Groups.Sum(g => g.Count).Should().Be(80, "10 of the 90 images are in no group");
    });

    [Fact]
    public void Save_WithGroupsOfFrames_HasThemInRowsTableAndPredictions() => SyntheticReport.InFolder(folder =>
    {
        RobustnessReport report = SyntheticReport.Create();
        EvaluatedSet set = report.Sets[1];
        FrameGroup[] groups = [.. Enumerable.Range(0, 5).Select(i => new FrameGroup(Frame(i * 3), [Frame(i * 3 + 1), Frame(i * 3 + 2)]))];
        report = report with { Sets = report.Sets.SetItem(1, set with { FrameGroups = [.. groups] }) };
        report.Save(folder);

        FrameRobustness frames = RobustnessStatistics.Measure(report).Sets[1].Frames[0];
        JsonElement row = JsonDocument.Parse(File.ReadLines(Path.Combine(folder, "results.jsonl")).First()).RootElement;
        (row.GetProperty("sketch:pm0").GetDouble(), row.GetProperty("sketch:pmk").GetDouble()).Should().Be((frames.Pm0, frames.PmK));
        File.ReadAllText(Path.Combine(folder, "report.md"))
            .Should().Contain("## Groups of frames").And.Contain($"| sketch | 5 | zero-shot | {Text.Percent(frames.Pm0)} \\[");
        RobustnessReportFiles.Load(Path.Combine(folder, "results.jsonl")).Should().BeEquivalentTo(report, o => o.WithStrictOrdering());

        LabelledFrame Frame(int i) => new(set.Images[i], [SyntheticReport.ClassNames[set.Labels[i]]]);
    });

    [Fact]
    public void Save_WithClassesOfTheShiftsOwn_NamesThoseAndNotTheModels() => SyntheticReport.InFolder(folder =>
    {
        WithGroups().Save(folder);

        string page = File.ReadAllText(Path.Combine(folder, "report.md"));
        string[] gains = [.. page.Split("\n## Classes that gain")[1].Split("### sketch")[1].Split("### ")[0].Split('\n')
            .Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Skip(2)];
        gains.Should().NotBeEmpty().And.OnlyContain(l => l.StartsWith("| kind "));
    });

    private static RobustnessReport WithGroups()
    {
        RobustnessReport report = SyntheticReport.Create();
        ImmutableArray<string> kinds = [.. SyntheticReport.ClassNames.Select((_, i) => $"kind {i}")];
        var regions = new ImageGroups("region", ["Asia", "Africa", "Europe"], [.. Enumerable.Range(0, report.Sets[1].Count)
            .Select(i => i < 10 ? ImageGroups.None : i % 3)]);
        return report with { Sets = report.Sets.SetItem(1, report.Sets[1] with { ClassNames = kinds, Groupings = [regions] }) };
    }
}

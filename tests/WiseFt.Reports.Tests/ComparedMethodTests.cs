using WiseFt.Evaluation;

namespace WiseFt.Reports.Tests;

public sealed class ComparedMethodTests
{
    private static readonly RobustnessReport _own = SyntheticReport.Create(withEnsembles: false),
        _other = SyntheticReport.Create([0, 0.25, 1], withEnsembles: false);

    [Fact]
    public void Content_WithAComparedMethod_HasItsRowsAndItsCurve()
    {
        // The other's sets in another order, under other names for the reference.
        RobustnessReport shuffled = _other with
        {
            Sets = [_other.Sets[0] with { Name = "ImageNet" }, _other.Sets[2], _other.Sets[1]],
            Results = [.. _other.Results.Select(r => new AlphaResult(r.Alpha, [r.Accuracies[0], r.Accuracies[2], r.Accuracies[1]]))],
        };
        var options = new ReportOptions { MethodName = "slerp", Compared = [new("ties", shuffled, 0.3)] };
        ReportContent content = RobustnessReportFiles.Content(_own, options);

        string page = MarkdownPage.Render(content);
        AlphaResult decided = _other.At(0.25), best = _other.Results.MaxBy(r => r.AverageReferenceAndShifts)!;
        page.Should().Contain("Methods side by side").And.Contain("slerp, best alpha");
        Row("ties").Should().Be(Cells("ties", decided));
        Row("ties, best alpha").Should().Be(Cells("ties, best alpha", best));
        content.Lead.Description.Should().Contain("ties, ").And.Contain($"alpha 0.25: {Text.Percent(decided.Reference)}");

        string Row(string name) => page.Split('\n').Single(l => l.StartsWith($"| {name} |", StringComparison.Ordinal));
        static string Cells(string name, AlphaResult r) =>
            $"| {name} | {Text.Alpha(r.Alpha)} | {string.Join(" | ", r.Accuracies.Select(Text.Percent))} | " +
            $"{Text.Percent(r.AverageShifts!.Value)} | {Text.Percent(r.AverageReferenceAndShifts)} |";
    }

    [Fact]
    public void Content_WithoutComparedMethods_HasNoSuchTable() =>
        MarkdownPage.Render(RobustnessReportFiles.Content(_own, new ReportOptions())).Should().NotContain("side by side");

    [Fact]
    public void Content_WithAMethodOnOtherTestSets_SaysWhichIsMissing()
    {
        RobustnessReport without = SyntheticReport.WithoutShifts();
        FluentActions.Invoking(() => RobustnessReportFiles.Content(_own, new ReportOptions { Compared = [new("ties", without, 0.5)] }))
            .Should().Throw<ArgumentException>().WithMessage("*'ties'*sketch*");
        RobustnessReport fewer = _other with
        {
            Sets = [.. _other.Sets.Select(s => new EvaluatedSet(s.Name, [], []) { Count = s.Count - 1 })],
        };
        FluentActions.Invoking(() => RobustnessReportFiles.Content(_own, new ReportOptions { Compared = [new("ties", fewer, 0.5)] }))
            .Should().Throw<ArgumentException>().WithMessage("*119 images of reference*120*");
    }

    [Theory, InlineData(-0.1), InlineData(double.NaN)]
    public void ComparedMethod_OfAnAlphaThatIsNone_Refuses(double alpha) =>
        FluentActions.Invoking(() => new ComparedMethod("ties", _own, alpha)).Should().Throw<ArgumentOutOfRangeException>();
}

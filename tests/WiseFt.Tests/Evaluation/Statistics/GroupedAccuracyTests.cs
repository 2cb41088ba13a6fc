using CsCheck;
using WiseFt.Evaluation;

namespace WiseFt.Tests;

public sealed class GroupedAccuracyTests
{
    [Fact]
    public void Measure_GoldenGroups_MatchesTheWorstGroup()
    {
        var grouped = GroupedAccuracy.Measure(StatisticsFixture.LogitsA.ArgMax(), StatisticsFixture.Labels, StatisticsFixture.Groups);

        grouped.Worst.Accuracy.Should().BeApproximately(StatisticsFixture.Value("worst_group_accuracy", "a"), StatisticsFixture.Tolerance);
        grouped.Groups.Should().HaveCount(4);
    }

    [Fact]
    public void Measure_ByHand_LeavesEmptyAndIgnoredGroupsOut()
    {
        // Group 5: 1 of 2; group 9: 0 of 1, ignored; group 2: 1 of 1; groups 0, 1, 3, ... are empty.
        var grouped = GroupedAccuracy.Measure([0, 1, 1, 0], [0, 1, 0, 1], [5, 2, 5, 9], 9);

        grouped.Groups.Should().Equal(new GroupAccuracy(2, 1, 1), new GroupAccuracy(5, 2, 1));
        grouped.Worst.Should().Be(new GroupAccuracy(5, 2, 1));
        grouped.Worst.Interval().Should().Be(ConfidenceInterval.ClopperPearson(1, 2));
    }

    [Fact]
    public void Measure_EquallyBadGroups_TakesTheLowestNumber() =>
        GroupedAccuracy.Measure([1, 1, 0], [0, 0, 0], [8, 3, 4]).Worst.Group.Should().Be(3);

    [Fact]
    public void Measure_AnyGroups_WorstIsAtMostTheMean() =>
        Gen.Select(Gen.Int[0, 1], Gen.Int[0, 1], Gen.Int[-3, 3]).Array[1, 60].Sample(samples =>
        {
            var grouped = GroupedAccuracy.Measure(
                [.. samples.Select(s => s.Item1)], [.. samples.Select(s => s.Item2)], [.. samples.Select(s => s.Item3)]);
            double mean = samples.Count(s => s.Item1 == s.Item2) / (double)samples.Length;
            return grouped.Worst.Accuracy <= mean + 1e-12 && grouped.Groups.Sum(g => g.Count) == samples.Length;
        });

    [Fact]
    public void Measure_BadArguments_SaysWhich()
    {
        var lengths = () => GroupedAccuracy.Measure([0, 1], [0, 1], [0]);
        var all = () => GroupedAccuracy.Measure([0, 1], [0, 1], [4, 4], 4);
        var empty = () => GroupedAccuracy.Measure([], [], []);

        lengths.Should().Throw<ArgumentException>().WithMessage("groups has 1 samples*");
        all.Should().Throw<ArgumentException>().WithMessage("All 2 samples are in ignored groups*");
        empty.Should().Throw<ArgumentException>();
    }
}

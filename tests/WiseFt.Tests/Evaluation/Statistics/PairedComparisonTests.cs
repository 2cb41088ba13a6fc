using CsCheck;
using WiseFt.Evaluation;

namespace WiseFt.Tests;

public sealed class PairedComparisonTests
{
    [Fact]
    public void Measure_GoldenLogits_MatchesSciPysBinomialTest()
    {
        var comparison = PairedComparison.Measure(
            StatisticsFixture.LogitsA.ArgMax(), StatisticsFixture.LogitsB.ArgMax(), StatisticsFixture.Labels);

        comparison.OnlyFirstCorrect.Should().Be(StatisticsFixture.Property("mcnemar_exact", "only_a_right").GetInt32());
        comparison.OnlySecondCorrect.Should().Be(StatisticsFixture.Property("mcnemar_exact", "only_b_right").GetInt32());
        comparison.McNemarP.Should().BeApproximately(StatisticsFixture.Value("mcnemar_exact", "p"), StatisticsFixture.Tolerance);
        comparison.Difference.Should().BeApproximately(
            StatisticsFixture.Value("accuracy", "a") - StatisticsFixture.Value("accuracy", "b"), StatisticsFixture.Tolerance);
    }

    [Fact]
    public void Measure_ByHand_CountsTheFourCases()
    {
        var comparison = PairedComparison.Measure([0, 0, 1, 1, 0], [0, 1, 0, 1, 1], [0, 0, 0, 0, 0]);

        (comparison.BothCorrect, comparison.OnlyFirstCorrect, comparison.OnlySecondCorrect, comparison.BothWrong).Should().Be((1, 2, 1, 1));
        comparison.Count.Should().Be(5);
        comparison.Difference.Should().BeApproximately(0.2, 1e-15);
        comparison.McNemarP.Should().Be(1); // 2 (C(3,0) + C(3,1)) / 8
    }

    [Fact]
    public void McNemarP_FiveToNone_IsTwoInThirtyTwo() =>
        PairedComparison.FromCorrectness([true, true, true, true, true], [false, false, false, false, false]).McNemarP
            .Should().BeApproximately(2.0 / 32, 1e-15);

    [Fact]
    public void DifferenceInterval_LargeSample_IsTheNormalApproximation()
    {
        // 4000 samples: 600 only the first, 400 only the second; variance of the mean is (p - d^2) / n with p = .25, d = .05.
        bool[] first = [.. Enumerable.Range(0, 4000).Select(i => i < 2000)];
        bool[] second = [.. Enumerable.Range(0, 4000).Select(i => i is < 1400 or >= 2000 and < 2400)];
        double halfWidth = 1.959964 * Math.Sqrt((0.25 - 0.05 * 0.05) / 4000);

        var interval = PairedComparison.FromCorrectness(first, second).DifferenceInterval;

        interval.Lower.Should().BeApproximately(0.05 - halfWidth, 0.001);
        interval.Upper.Should().BeApproximately(0.05 + halfWidth, 0.001);
    }

    [Fact]
    public void DifferenceInterval_NeverOrAlwaysDifferent_IsAPoint()
    {
        bool[] all = [true, true, true], none = [false, false, false];

        PairedComparison.FromCorrectness(all, all).DifferenceInterval.Should().Be(new ConfidenceInterval(0, 0, 0.95));
        PairedComparison.FromCorrectness(all, none).DifferenceInterval.Should().Be(new ConfidenceInterval(1, 1, 0.95));
        PairedComparison.FromCorrectness(all, all).McNemarP.Should().Be(1);
    }

    [Fact]
    public void FromCorrectness_SamplesPermutedAndRepeated_ChangesNothing() =>
        Gen.Select(Gen.Bool, Gen.Bool).Array[1, 40].SelectMany(pairs => Gen.Shuffle(pairs).Select(shuffled => (pairs, shuffled)))
            .Sample(t => Compare(t.pairs) == Compare(t.shuffled));

    [Fact]
    public void FromCorrectness_ModelsSwapped_ChangesTheSign() =>
        Gen.Select(Gen.Bool, Gen.Bool).Array[1, 40].Sample(pairs =>
        {
            var comparison = Compare(pairs);
            var swapped = Compare([.. pairs.Select(p => (p.Item2, p.Item1))]);
            return comparison.Difference == -swapped.Difference && comparison.McNemarP == swapped.McNemarP
                && comparison.McNemarP is > 0 and <= 1 && comparison.DifferenceInterval.Contains(comparison.Difference);
        });

    [Fact]
    public void Measure_OtherSeed_MovesOnlyTheInterval()
    {
        bool[] first = [.. Enumerable.Range(0, 300).Select(i => i % 3 != 0)];
        bool[] second = [.. Enumerable.Range(0, 300).Select(i => i % 5 != 0)];

        var comparison = PairedComparison.FromCorrectness(first, second, seed: 1);
        var other = PairedComparison.FromCorrectness(first, second, seed: 2);

        comparison.Should().Be(PairedComparison.FromCorrectness(first, second, seed: 1));
        other.McNemarP.Should().Be(comparison.McNemarP);
        other.DifferenceInterval.Lower.Should().BeApproximately(comparison.DifferenceInterval.Lower, 0.01);
    }

    [Fact]
    public void Measure_BadArguments_SaysWhich()
    {
        var first = () => PairedComparison.Measure([0], [0, 1], [0, 1]);
        var second = () => PairedComparison.Measure([0, 1], [0], [0, 1]);
        var empty = () => PairedComparison.Measure([], [], []);
        var level = () => PairedComparison.Measure([0], [0], [0], level: 95);
        var resamples = () => PairedComparison.Measure([0], [0], [0], resamples: 0);

        first.Should().Throw<ArgumentException>().WithMessage("first has 1 samples, labels has 2*");
        second.Should().Throw<ArgumentException>().WithMessage("second has 1 samples, labels has 2*");
        empty.Should().Throw<ArgumentException>().WithMessage("*empty*");
        level.Should().Throw<ArgumentException>().WithMessage("level is 95*");
        resamples.Should().Throw<ArgumentException>().WithMessage("resamples is 0*");
    }

    private static PairedComparison Compare((bool First, bool Second)[] pairs) =>
        PairedComparison.FromCorrectness([.. pairs.Select(p => p.First)], [.. pairs.Select(p => p.Second)], resamples: 500);
}

using CsCheck;
using WiseFt.Evaluation;

namespace WiseFt.Tests;

public sealed class OverrideFractionsTests
{
    [Fact]
    public void Measure_ByHand_SplitsByWhomTheEnsembleFollows()
    {
        //  agree; first overrides rightly, wrongly (the second is right), wrongly (both are wrong); second rightly, wrongly; a third class
        var fractions = OverrideFractions.Measure(
            [0, 0, 1, 1, 1, 0, 1], [0, 1, 0, 2, 0, 1, 2], [0, 0, 1, 1, 0, 1, 0], [0, 0, 0, 0, 0, 0, 0]);

        fractions.Count.Should().Be(7);
        fractions.Disagreement.Should().BeApproximately(6.0 / 7, 1e-15);
        fractions.FirstOverrides.Should().BeApproximately(3.0 / 7, 1e-15);
        fractions.FirstOverridesRightly.Should().BeApproximately(1.0 / 7, 1e-15);
        fractions.SecondOverrides.Should().BeApproximately(2.0 / 7, 1e-15);
        fractions.SecondOverridesRightly.Should().BeApproximately(1.0 / 7, 1e-15);
        fractions.Neither.Should().BeApproximately(1.0 / 7, 1e-15);
    }

    [Fact]
    public void Measure_EnsembleIsTheFirst_FirstOverridesAllDisagreements() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 3]).Array[1, 50].Sample(samples =>
        {
            int[] first = [.. samples.Select(s => s.Item1)], second = [.. samples.Select(s => s.Item2)],
                labels = [.. samples.Select(s => s.Item3)];
            var fractions = OverrideFractions.Measure(first, second, first, labels);
            var swapped = OverrideFractions.Measure(second, first, first, labels);
            return fractions is { SecondOverrides: 0, Neither: 0 } && fractions.FirstOverrides == fractions.Disagreement
                && swapped.SecondOverridesRightly == fractions.FirstOverridesRightly;
        });

    [Fact]
    public void Measure_SamplesPermuted_ChangesNothing() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 2]).Array[1, 50]
            .SelectMany(s => Gen.Shuffle(s).Select(shuffled => (s, shuffled)))
            .Sample(t => Measure(t.s) == Measure(t.shuffled));

    [Fact]
    public void Measure_BadArguments_SaysWhich()
    {
        var first = () => OverrideFractions.Measure([0], [0, 1], [0, 1], [0, 1]);
        var second = () => OverrideFractions.Measure([0, 1], [0], [0, 1], [0, 1]);
        var ensemble = () => OverrideFractions.Measure([0, 1], [0, 1], [0], [0, 1]);
        var empty = () => OverrideFractions.Measure([], [], [], []);

        first.Should().Throw<ArgumentException>().WithMessage("first has 1*");
        second.Should().Throw<ArgumentException>().WithMessage("second has 1*");
        ensemble.Should().Throw<ArgumentException>().WithMessage("ensemble has 1*");
        empty.Should().Throw<ArgumentException>().WithMessage("labels is empty*");
    }

    private static OverrideFractions Measure((int, int, int, int)[] samples) => OverrideFractions.Measure(
        [.. samples.Select(s => s.Item1)], [.. samples.Select(s => s.Item2)],
        [.. samples.Select(s => s.Item3)], [.. samples.Select(s => s.Item4)]);
}

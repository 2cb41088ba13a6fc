using CsCheck;
using WiseFt.Evaluation;

namespace WiseFt.Tests;

/// <summary>What is read off accuracies along alpha: barrier, gain, choice, regret.</summary>
public sealed class AlphaCurveTests
{
    [Fact]
    public void ErrorBarrier_ByHand_IsTheLowestGap()
    {
        // The line from 0.6 to 0.8 is 0.65 at 0.25 and 0.7 at 0.5.
        var barrier = ErrorBarrier.Measure([0, 0.25, 0.5, 1], [0.6, 0.55, 0.75, 0.8]);

        barrier.Gaps.Should().HaveCount(4);
        barrier.Gaps[1].Should().BeApproximately(-0.1, 1e-15);
        barrier.Gaps[2].Should().BeApproximately(0.05, 1e-15);
        (barrier.Barrier, barrier.Alpha, barrier.Holds).Should().Be((barrier.Gaps[1], 0.25, false));
    }

    [Fact]
    public void ErrorBarrier_PaperTable5_HoldsOnEveryColumn()
    {
        for (int column = 0; column <= 5; column++)
        {
            var barrier = ErrorBarrier.Measure(PaperTable5.Alphas, PaperTable5.Column(column));
            (barrier.Holds, barrier.Barrier).Should().Be((true, 0));
        }
    }

    [Fact]
    public void ErrorBarrier_AccuracyOnTheLine_Holds() =>
        Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1]).Sample((from, to) =>
            ErrorBarrier.Measure(PaperTable5.Alphas, [.. PaperTable5.Alphas.Select(a => Math.Clamp((1 - a) * from + a * to, 0, 1))]).Holds);

    [Fact]
    public void EndPointGain_PaperTable5_HoldsJointly()
    {
        double[] reference = PaperTable5.Column(0), sketch = PaperTable5.Column(3);

        // ImageNet's own best is 0.7: 82.6 against 81.3. Jointly with Sketch (best end point 48.2): min(1.3, 4.2) is largest at 0.7, too.
        EndPointGain.Measure(PaperTable5.Alphas, reference).Alpha.Should().Be(0.7);
        EndPointGain.Measure(PaperTable5.Alphas, reference).Gain.Should().BeApproximately(0.013, 1e-12);
        EndPointGain.Measure(PaperTable5.Alphas, reference, sketch).Should().Be(EndPointGain.Measure(PaperTable5.Alphas, reference));
        EndPointGain.Measure(PaperTable5.Alphas, reference, sketch).Holds.Should().BeTrue();
    }

    [Fact]
    public void EndPointGain_EndPointsBestOnOneEach_IsNegative()
    {
        var gain = EndPointGain.Measure([0, 0.5, 1], new[] { 0.9, 0.5, 0.2 }, new[] { 0.2, 0.6, 0.9 });

        gain.Holds.Should().BeFalse();
        gain.Alpha.Should().Be(0.5); // -0.4 against -0.7 at the end points
        gain.Gain.Should().BeApproximately(-0.4, 1e-15);
    }

    [Fact]
    public void EndPointGain_OfOneDistribution_IsNeverNegative() =>
        Gen.Double[0, 1].Array[11].Sample(accuracies => EndPointGain.Measure(PaperTable5.Alphas, accuracies).Gain >= 0);

    [Theory]
    [InlineData(new[] { 0.5, 0.7, 0.6 }, 0.3)]  // the best
    [InlineData(new[] { 0.7, 0.7, 0.7 }, 0.3)]  // all equal: 0.3 and 0.7 are equally near 0.5, the lower wins
    [InlineData(new[] { 0.7, 0.5, 0.7 }, 0.7)]  // of 0 and 0.7, 0.7 is nearer
    public void BestAccuracy_WithTies_IsTheNearestToOneHalf(double[] accuracies, double expected)
    {
        AlphaSelector.BestAccuracy([0, 0.3, 0.7], accuracies).Alpha.Should().Be(expected);
        AlphaSelector.BestAccuracy([0.7, 0.3, 0], [.. accuracies.Reverse()]).Alpha.Should().Be(expected);
    }

    [Fact]
    public void BestAccuracy_PaperTable5_IsTheOptimum() =>
        AlphaSelector.BestAccuracy(PaperTable5.Alphas, PaperTable5.Column(0)).Should().Be(new AlphaChoice(0.7, 0.826, 7));

    [Fact]
    public void BestWorstGroup_ByHand_TakesTheBestWorstGroup()
    {
        // Worst groups 0.5, 1, 0 although all accuracies but the last are equal or better elsewhere.
        GroupedAccuracy even = GroupedAccuracy.Measure([0, 0, 0, 1], [0, 0, 0, 0], [1, 1, 2, 2]);
        GroupedAccuracy best = GroupedAccuracy.Measure([0, 0], [0, 0], [1, 2]);
        GroupedAccuracy worst = GroupedAccuracy.Measure([0, 0, 0, 1], [0, 0, 0, 0], [1, 1, 1, 2]);

        AlphaSelector.BestWorstGroup([0, 0.5, 1], [even, best, worst]).Should().Be(new AlphaChoice(0.5, 1, 1));
        AlphaSelector.BestWorstGroup([0, 1], [even, worst]).Should().Be(new AlphaChoice(0, 0.5, 0));
    }

    [Fact]
    public void Regret_PaperTable5_IsTable3() // Table 3, ViT-B/16 end to end: .9 .4 1.4 .2 .4 2.4
    {
        double[] expected = [0.9, 0.4, 1.4, 0.2, 0.4, 2.4];

        for (int column = 0; column <= 5; column++)
            AlphaSelector.Regret(PaperTable5.Alphas, PaperTable5.Column(column)).Should().BeApproximately(expected[column] / 100, 1e-12);
    }

    [Fact]
    public void Choices_AlphasPermuted_ChangeNothing() =>
        Gen.Int[0, 3].Select(v => v / 3.0).Array[11]
            .SelectMany(a => Gen.Shuffle(Enumerable.Range(0, 11).ToArray()).Select(order => (a, order)))
            .Sample(t =>
            {
                double[] alphas = [.. t.order.Select(i => PaperTable5.Alphas[i])], accuracies = [.. t.order.Select(i => t.a[i])];
                return AlphaSelector.BestAccuracy(PaperTable5.Alphas, t.a).Alpha == AlphaSelector.BestAccuracy(alphas, accuracies).Alpha
                    && ErrorBarrier.Measure(PaperTable5.Alphas, t.a).Barrier == ErrorBarrier.Measure(alphas, accuracies).Barrier
                    && EndPointGain.Measure(PaperTable5.Alphas, t.a) == EndPointGain.Measure(alphas, accuracies)
                    && AlphaSelector.Regret(alphas, accuracies) >= 0;
            });

    [Theory]
    [InlineData(new[] { 0, 0.5 }, new[] { 0.1, 0.2 }, "alphas has no 1*")]
    [InlineData(new[] { 0.5, 1 }, new[] { 0.1, 0.2 }, "alphas has no 0 (found: 0.5, 1)*")]
    [InlineData(new[] { 0.0, 1, 1 }, new[] { 0.1, 0.2, 0.3 }, "alphas[2] is 1; expected each alpha once*")]
    [InlineData(new[] { 0, 1, 1.5 }, new[] { 0.1, 0.2, 0.3 }, "alphas[2] is 1.5; expected a mixing coefficient*")]
    [InlineData(new[] { 0, double.NaN, 1 }, new[] { 0.1, 0.2, 0.3 }, "alphas[1] is NaN*")]
    [InlineData(new[] { 0.0, 1 }, new[] { 0.1 }, "*has 1 values, alphas has 2*")]
    [InlineData(new[] { 0.0, 1 }, new[] { 0.1, 10 }, "*[1] is 10; expected a fraction*")]
    [InlineData(new[] { 0.0, 1 }, new[] { double.NaN, 0.1 }, "*[0] is NaN; expected a fraction*")]
    [InlineData(new double[0], new double[0], "alphas is empty*")]
    public void Measures_BadCurve_SayWhich(double[] alphas, double[] accuracies, string message)
    {
        var barrier = () => ErrorBarrier.Measure(alphas, accuracies);
        var gain = () => EndPointGain.Measure(alphas, accuracies);

        barrier.Should().Throw<ArgumentException>().WithMessage(message);
        gain.Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void Selections_BadArguments_SayWhich()
    {
        var regret = () => AlphaSelector.Regret([0, 1], [0.1, 0.2]);
        var lengths = () => AlphaSelector.BestAccuracy([0, 1], [0.1]);
        var groups = () => AlphaSelector.BestWorstGroup([0, 1], [GroupedAccuracy.Measure([0], [0], [0])]);
        var none = () => EndPointGain.Measure([0, 1]);

        regret.Should().Throw<ArgumentException>().WithMessage("alphas has no 0.5 (found: 0, 1); measure it too*");
        lengths.Should().Throw<ArgumentException>().WithMessage("accuracies has 1 values*");
        groups.Should().Throw<ArgumentException>().WithMessage("validation has 1 values*");
        none.Should().Throw<ArgumentException>().WithMessage("distributions is an empty list*");
    }
}

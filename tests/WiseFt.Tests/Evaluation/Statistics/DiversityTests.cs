using CsCheck;
using WiseFt.Evaluation;

namespace WiseFt.Tests;

public sealed class DiversityTests
{
    private static readonly Gen<double[]> _row = Gen.Double[-6, 6].Array[4].Where(r => r.Distinct().Count() == 4); // no ties to break

    [Fact]
    public void Measure_GoldenLogits_MatchesScikitLearn()
    {
        var diversity = Diversity.Measure(StatisticsFixture.LogitsA, StatisticsFixture.LogitsB, StatisticsFixture.Labels);

        diversity.PredictionDiversity
            .Should().BeApproximately(StatisticsFixture.Value("prediction_diversity"), StatisticsFixture.Tolerance);
        diversity.CohenKappa.Should().BeApproximately(StatisticsFixture.Value("cohen_kappa"), StatisticsFixture.Tolerance);
        diversity.KappaComplement.Should().BeApproximately(StatisticsFixture.Value("kappa_complement"), StatisticsFixture.Tolerance);
        diversity.MeanKullbackLeibler.Should().BeApproximately(StatisticsFixture.Value("mean_kl_a_b"), StatisticsFixture.Tolerance);
        diversity.FirstMeanMargin.Should().BeApproximately(StatisticsFixture.Value("mean_margin", "a"), StatisticsFixture.Tolerance);
    }

    [Fact]
    public void CkaComplement_GoldenFeatures_MatchesNumPy() =>
        Diversity.CkaComplement(StatisticsFixture.FeaturesA, StatisticsFixture.FeaturesB)
            .Should().BeApproximately(StatisticsFixture.Value("cka_complement"), StatisticsFixture.Tolerance);

    [Fact]
    public void Measure_ByHand_FollowsTheDefinitions()
    {
        // Predictions 0 0 1 1 against 0 1 1 0, labels 0 0 1 2: two disagreements, one of them with a right model.
        double l = Math.Log(3);
        var first = new SampleMatrix(new[] { l, 0, -9, l, 0, -9, 0, l, -9, 0, l, -9 }, 3);
        var second = new SampleMatrix(new[] { l, 0, -9, 0, l, -9, 0, l, -9, l, 0, -9 }, 3);

        var diversity = Diversity.Measure(first, second, [0, 0, 1, 2]);

        diversity.Disagreement.Should().Be(0.5);
        diversity.PredictionDiversity.Should().Be(0.25);
        diversity.CohenKappa.Should().BeApproximately(0, 1e-15); // observed and expected agreement are both 1/2
        diversity.FirstMeanMargin.Should().BeApproximately(l, 1e-15);
        diversity.SecondMeanMargin.Should().BeApproximately(l, 1e-15);
        // Where they disagree: (p0 - p1) log(p0 / p1) with p0 = 3 p1, p0 + p1 + p2 = 1.
        double p1 = 1 / (4 + Math.Exp(-9));
        diversity.MeanKullbackLeibler.Should().BeApproximately(2 * p1 * l / 2, 1e-12);
    }

    [Fact]
    public void Measure_ModelWithItself_IsNotDiverse() =>
        Gen.Select(_row, Gen.Int[0, 3]).Array[1, 30].Sample(samples =>
        {
            var logits = Table([.. samples.Select(s => s.Item1)]);
            var diversity = Diversity.Measure(logits, logits, [.. samples.Select(s => s.Item2)]);
            return diversity is { CohenKappa: 1, KappaComplement: 0, PredictionDiversity: 0, Disagreement: 0, MeanKullbackLeibler: 0 };
        });

    [Fact]
    public void Measure_SamplesOrClassesPermuted_ChangesNothing() =>
        Gen.Select(_row, _row, Gen.Int[0, 3]).Array[1, 30]
            .SelectMany(s => Gen.Shuffle(s).Select(Gen.Shuffle(new[] { 0, 1, 2, 3 }), (shuffled, classes) => (s, shuffled, classes)))
            .Sample(t =>
            {
                var diversity = Measure(t.s);
                var permuted = Measure(
                    [.. t.shuffled.Select(s => (Permute(s.Item1, t.classes), Permute(s.Item2, t.classes), t.classes[s.Item3]))]);
                return Close(diversity.CohenKappa, permuted.CohenKappa) && diversity.PredictionDiversity == permuted.PredictionDiversity
                    && Close(diversity.MeanKullbackLeibler, permuted.MeanKullbackLeibler)
                    && Close(diversity.SecondMeanMargin, permuted.SecondMeanMargin)
                    && diversity.MeanKullbackLeibler >= -1e-12 && diversity.CohenKappa <= 1
                    && diversity.PredictionDiversity <= diversity.Disagreement;
            });

    [Fact]
    public void Measure_ModelsSwapped_KeepsTheSymmetricOnes() =>
        Gen.Select(_row, _row, Gen.Int[0, 3]).Array[1, 30].Sample(s =>
        {
            var diversity = Measure(s);
            var swapped = Measure([.. s.Select(t => (t.Item2, t.Item1, t.Item3))]);
            return Close(diversity.CohenKappa, swapped.CohenKappa) && diversity.PredictionDiversity == swapped.PredictionDiversity
                && diversity.FirstMeanMargin == swapped.SecondMeanMargin;
        });

    [Fact]
    public void CkaComplement_RotatedScaledShifted_IsZero() =>
        Gen.Select(Gen.Double[-2, 2].Array[3].Array[5, 30], Gen.Double[0, 6], Gen.Double[0.1, 10], Gen.Double[-5, 5])
            .Sample((rows, angle, scale, shift) =>
        {
            var (sin, cos) = Math.SinCos(angle);
            var rotated = rows.Select(r =>
                new[] { scale * (cos * r[0] - sin * r[1]) + shift, scale * (sin * r[0] + cos * r[1]), scale * r[2] });
            return Diversity.CkaComplement(Table(rows), Table([.. rotated])) < 1e-10;
        });

    [Fact]
    public void CkaComplement_UncorrelatedFeatures_IsOne()
    {
        var first = new SampleMatrix(new float[] { 1, 1, -1, -1 }, 1);
        var second = new SampleMatrix(new float[] { 1, 7, -1, 7, 1, 7, -1, 7 }, 2);

        Diversity.CkaComplement(first, second).Should().Be(1);
    }

    [Fact]
    public void Measure_BadArguments_SaysWhich()
    {
        var two = new SampleMatrix(new float[6], 3);
        var rows = () => Diversity.Measure(two, new SampleMatrix(new float[9], 3), [0, 0]);
        var classes = () => Diversity.Measure(two, new SampleMatrix(new float[4], 2), [0, 0]);
        var labels = () => Diversity.Measure(two, two, [0]);
        var label = () => Diversity.Measure(two, two, [0, 3]);
        var constant = () => Diversity.CkaComplement(two, two);
        var features = () => Diversity.CkaComplement(two, new SampleMatrix(new float[3], 1));

        rows.Should().Throw<ArgumentException>().WithMessage("second has 3 samples, first has 2*");
        classes.Should().Throw<ArgumentException>().WithMessage("first has 3 classes and second has 2*");
        labels.Should().Throw<ArgumentException>().WithMessage("labels has 1 samples*");
        label.Should().Throw<ArgumentException>().WithMessage("labels[1] is 3*");
        constant.Should().Throw<ArgumentException>().WithMessage("*the same for all 2 samples*");
        features.Should().Throw<ArgumentException>().WithMessage("second has 3 samples*");
    }

    private static bool Close(double a, double b) => Math.Abs(a - b) < 1e-10;

    private static SampleMatrix Table(double[][] rows) => new(rows.SelectMany(r => r).ToArray(), rows[0].Length);

    private static double[] Permute(double[] row, int[] to)
    {
        double[] result = new double[row.Length];
        for (int i = 0; i < row.Length; i++) result[to[i]] = row[i];
        return result;
    }

    private static Diversity Measure((double[] First, double[] Second, int Label)[] samples) => Diversity.Measure(
        Table([.. samples.Select(s => s.First)]), Table([.. samples.Select(s => s.Second)]), [.. samples.Select(s => s.Label)]);
}

using CsCheck;
using WiseFt.Evaluation;

namespace WiseFt.Tests;

public sealed class ClassificationMetricsTests
{
    [Fact]
    public void Measure_GoldenLogits_MatchesScikitLearn()
    {
        var a = ClassificationMetrics.Measure(StatisticsFixture.LogitsA.ArgMax(), StatisticsFixture.Labels, StatisticsFixture.ClassCount);
        var b = ClassificationMetrics.Measure(StatisticsFixture.LogitsB.ArgMax(), StatisticsFixture.Labels, StatisticsFixture.ClassCount);

        foreach (var (metrics, name) in new[] { (a, "a"), (b, "b") })
        {
            metrics.Accuracy.Should().BeApproximately(StatisticsFixture.Value("accuracy", name), StatisticsFixture.Tolerance);
            metrics.MacroRecall.Should().BeApproximately(
                StatisticsFixture.Value("recall_macro_present_classes", name), StatisticsFixture.Tolerance);
            metrics.MacroF1
                .Should().BeApproximately(StatisticsFixture.Value("f1_macro_present_classes", name), StatisticsFixture.Tolerance);
        }
        foreach (var (recall, golden) in a.Classes.Select(c => c.Recall).Zip(
            StatisticsFixture.Property("per_class_recall", "a").EnumerateArray()))
            recall.Should().BeApproximately(golden.GetDouble(), StatisticsFixture.Tolerance);
    }

    [Fact]
    public void Measure_ByHand_CountsEveryClass()
    {
        // Class 0: 2 of 3 right; class 1: 1 of 1; class 2 has no sample but one prediction; class 3 occurs in neither.
        var metrics = ClassificationMetrics.Measure([0, 0, 2, 1], [0, 0, 0, 1], 4);

        metrics.Classes.Should().Equal(
            new ClassMetrics(0, 3, 2, 2), new ClassMetrics(1, 1, 1, 1), new ClassMetrics(2, 0, 1, 0), new ClassMetrics(3, 0, 0, 0));
        metrics.Accuracy.Should().Be(0.75);
        metrics.MacroRecall.Should().BeApproximately((2.0 / 3 + 1) / 2, 1e-15);
        metrics.MacroF1.Should().BeApproximately((4.0 / 5 + 1) / 2, 1e-15);
        (metrics.Classes[0].Precision, metrics.Classes[2].Precision, metrics.Classes[3].F1, metrics.Classes[3].IsPresent)
            .Should().Be((1.0, 0.0, 0.0, false));
        metrics.Interval().Should().Be(ConfidenceInterval.ClopperPearson(3, 4));
    }

    [Fact]
    public void Measure_SamplesPermuted_ChangesNothing() =>
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 4]).Array[1, 50].SelectMany(pairs => Gen.Shuffle(pairs).Select(shuffled => (pairs, shuffled)))
            .Sample(t =>
            {
                var metrics = Measure(t.pairs);
                var permuted = Measure(t.shuffled);
                return metrics.Classes.SequenceEqual(permuted.Classes)
                    && metrics.MacroF1 == permuted.MacroF1 && metrics.MacroRecall == permuted.MacroRecall;
            });

    [Fact]
    public void Measure_ClassesRenamed_PermutesTheClasses() =>
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 4]).Array[1, 50].Select(Gen.Shuffle(new[] { 0, 1, 2, 3, 4 })).Sample((pairs, names) =>
        {
            var metrics = Measure(pairs);
            var renamed = Measure([.. pairs.Select(p => (names[p.Item1], names[p.Item2]))]);
            return metrics.Accuracy == renamed.Accuracy && Math.Abs(metrics.MacroF1 - renamed.MacroF1) < 1e-12
                && metrics.Classes.All(c => renamed.Classes[names[c.Class]] == c with { Class = names[c.Class] });
        });

    [Fact]
    public void Measure_PredictionsAreLabels_AllIsOne() =>
        Gen.Int[0, 4].Array[1, 50].Sample(labels =>
        {
            var metrics = ClassificationMetrics.Measure(labels, labels, 5);
            return metrics.Accuracy == 1 && metrics.MacroRecall == 1 && metrics.MacroF1 == 1;
        });

    [Fact]
    public void Measure_BadArguments_SaysWhich()
    {
        var lengths = () => ClassificationMetrics.Measure([0, 1], [0], 2);
        var label = () => ClassificationMetrics.Measure([0, 1], [0, 2], 2);
        var prediction = () => ClassificationMetrics.Measure([0, -1], [0, 1], 2);
        var empty = () => ClassificationMetrics.Measure([], [], 2);
        var classes = () => ClassificationMetrics.Measure([0], [0], 0);

        lengths.Should().Throw<ArgumentException>().WithMessage("predictions has 2 samples, labels has 1*");
        label.Should().Throw<ArgumentException>().WithMessage("labels[1] is 2*[0, 1]*");
        prediction.Should().Throw<ArgumentException>().WithMessage("predictions[1] is -1*");
        empty.Should().Throw<ArgumentException>().WithMessage("labels is empty*");
        classes.Should().Throw<ArgumentException>().WithMessage("classCount is 0*");
    }

    private static ClassificationMetrics Measure((int Prediction, int Label)[] pairs) =>
        ClassificationMetrics.Measure([.. pairs.Select(p => p.Prediction)], [.. pairs.Select(p => p.Label)], 5);
}

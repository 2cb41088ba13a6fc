using System.Globalization;
using System.Text.Json;
using CsCheck;
using WiseFt.Evaluation;

namespace WiseFt.Tests;

public sealed class EffectiveRobustnessTests
{
    private static readonly Gen<AccuracyScale> _scale = Gen.Enum<AccuracyScale>();

    [Theory, InlineData(AccuracyScale.Logit, "logit"), InlineData(AccuracyScale.Probit, "probit")]
    public void Fit_GoldenPoints_MatchesSciPy(AccuracyScale scale, string name)
    {
        double[] reference = StatisticsFixture.Property("baseline_points", "reference").Deserialize<double[]>()!;
        double[] shift = StatisticsFixture.Property("baseline_points", "shift").Deserialize<double[]>()!;

        var fit = BaselineFit.Fit(reference, shift, scale, "golden");

        fit.Slope.Should().BeApproximately(StatisticsFixture.Value("baseline_fit", name, "slope"), StatisticsFixture.Tolerance);
        fit.Intercept.Should().BeApproximately(StatisticsFixture.Value("baseline_fit", name, "intercept"), StatisticsFixture.Tolerance);
        (fit.Shift, fit.Count, fit.ReferenceMinimum, fit.ReferenceMaximum, fit.Warning).Should().Be(("golden", 6, 0.55, 0.85, null));
    }

    [Theory] // Effective robustness in percentage points of table 5's rows: V2, R, Sketch, ObjectNet, A, their average
    [InlineData(0.0, new[] { "6.6", "48.7", "30.7", "28.1", "47.9" }, "32.4")]
    [InlineData(0.5, new[] { "2.0", "34.6", "22.2", "13.0", "37.1" }, "21.8")]
    [InlineData(1.0, new[] { "0.7", "22.1", "15.2", "6.1", "22.6" }, "13.3")]
    public void Measure_PaperTable5_MatchesTheWorkedValues(double alpha, string[] expected, string average)
    {
        double[] row = PaperTable5.Row(alpha);

        var robustness = PaperTable5.Shifts.Select((shift, i) =>
            EffectiveRobustness.Measure(row[0], row[i + 1], ImageNetBaselines.Find(shift))).ToArray();

        robustness.Select(r => Percent(r.Rho)).Should().Equal(expected);
        Percent(robustness.Average(r => r.Rho)).Should().Be(average);
        robustness.Select(r => r.Warning is not null).Should().Equal(false, false, false, false, true);
        robustness[4].Warning.Should().Contain("selected against a ResNet-50");
    }

    [Theory] // The published fits to four digits
    [InlineData("imagenet-v2", ImageNetBaselines.AllClasses, 85, 0.9232, -0.4977, 0.9617, -0.3247)]
    [InlineData("imagenet-r", ImageNetBaselines.AllClasses, 80, 0.9116, -1.5999, 0.9424, -1.0033)]
    [InlineData("imagenet-sketch", ImageNetBaselines.AllClasses, 85, 1.0709, -2.3701, 1.0435, -1.4259)]
    [InlineData("objectnet", ImageNetBaselines.AllClasses, 85, 1.1993, -2.0243, 1.2215, -1.2549)]
    [InlineData("imagenet-a", ImageNetBaselines.AllClasses, 84, 3.0516, -6.2917, 2.4775, -3.2671)]
    [InlineData("imagenet-r", ImageNetBaselines.ShiftClasses, 80, 0.6368, -2.1077, 0.7719, -1.4212)]
    [InlineData("objectnet", ImageNetBaselines.ShiftClasses, 85, 0.9809, -1.9283, 1.0192, -1.2049)]
    [InlineData("imagenet-a", ImageNetBaselines.ShiftClasses, 84, 1.9900, -7.6325, 1.8884, -4.1595)]
    [InlineData("imagenet-vid-robust-pm0", ImageNetBaselines.ShiftClasses, 85, 0.5336, -1.4617, 0.8143, -1.2837)]
    [InlineData("ytbb-robust-pm0", ImageNetBaselines.ShiftClasses, 84, 0.3388, -1.1119, 0.5388, -0.9747)]
    public void ImageNetBaselines_EachShift_HasBothFits(
        string shift, string reference, int count, double logitSlope, double logitIntercept, double probitSlope, double probitIntercept)
    {
        var logit = ImageNetBaselines.Find(shift, AccuracyScale.Logit, reference);
        var probit = ImageNetBaselines.Find(shift, AccuracyScale.Probit, reference);

        (logit.Count, probit.Count).Should().Be((count, count));
        logit.Slope.Should().BeApproximately(logitSlope, 5.1e-5);
        logit.Intercept.Should().BeApproximately(logitIntercept, 5.1e-5);
        probit.Slope.Should().BeApproximately(probitSlope, 5.1e-5);
        probit.Intercept.Should().BeApproximately(probitIntercept, 5.1e-5);
    }

    [Fact]
    public void ImageNetBaselines_All_HasNothingElse() => ImageNetBaselines.All.Should().HaveCount(20);

    [Fact]
    public void ImageNetBaselines_UnknownShift_ListsTheKnown()
    {
        var shift = () => ImageNetBaselines.Find("imagenet-x");
        var reference = () => ImageNetBaselines.Find("imagenet-r", reference: "cifar");

        shift
            .Should().Throw<ArgumentException>()
            .WithMessage("*'imagenet-x'*imagenet-v2, imagenet-r, imagenet-sketch, objectnet, imagenet-a*");
        reference.Should().Throw<ArgumentException>().WithMessage("*none against that reference*");
    }

    [Fact]
    public void Fit_PointsOnALine_RecoversIt() =>
        Gen.Select(_scale, Gen.Double[0.3, 2], Gen.Double[-1, 1], Gen.Double[0.05, 0.95].HashSet[2, 12])
            .Sample((scale, slope, intercept, points) =>
        {
            double[] reference = [.. points.Order()];
            if (reference[^1] - reference[0] < 0.01) return true; // too close together to see a slope
            double[] shift = [.. reference.Select(x =>
                AccuracyScaling.Invert(scale, slope * AccuracyScaling.Transform(scale, x) + intercept))];
            var fit = BaselineFit.Fit(reference, shift, scale);
            return Math.Abs(fit.Slope - slope) < 1e-6 && Math.Abs(fit.Intercept - intercept) < 1e-6 && fit.RSquared > 1 - 1e-6
                && fit.ResidualDeviation < 1e-6 && Math.Abs(EffectiveRobustness.Measure(reference[0], shift[0], fit).Rho) < 1e-6;
        });

    [Fact]
    public void Fit_ModelsPermuted_ChangesNothing() =>
        Gen.Select(Gen.Double[0.1, 0.9], Gen.Double[0.1, 0.9]).Array[3, 12].Where(p => p.Max(t => t.Item1) - p.Min(t => t.Item1) > 0.1)
            .SelectMany(p => Gen.Shuffle(p).Select(shuffled => (p, shuffled))).Sample(t =>
            {
                var fit = BaselineFit.Fit([.. t.p.Select(x => x.Item1)], [.. t.p.Select(x => x.Item2)]);
                var other = BaselineFit.Fit([.. t.shuffled.Select(x => x.Item1)], [.. t.shuffled.Select(x => x.Item2)]);
                return Math.Abs(fit.Slope - other.Slope) < 1e-9 && Math.Abs(fit.ResidualDeviation - other.ResidualDeviation) < 1e-9;
            });

    [Fact]
    public void Fit_ByHand_HasResidualsAndExplainedVariance()
    {
        // Logits 0, 1, 2 against 0, 3, 0: slope 0, intercept 1, residuals -1, 2, -1.
        double[] reference = [.. new[] { 0.0, 1, 2 }.Select(v => AccuracyScaling.Invert(AccuracyScale.Logit, v))];
        double[] shift = [.. new[] { 0.0, 3, 0 }.Select(v => AccuracyScaling.Invert(AccuracyScale.Logit, v))];

        var fit = BaselineFit.Fit(reference, shift);

        fit.Slope.Should().BeApproximately(0, 1e-12);
        fit.Intercept.Should().BeApproximately(1, 1e-12);
        fit.ResidualDeviation.Should().BeApproximately(Math.Sqrt(6), 1e-12);
        fit.RSquared.Should().BeApproximately(0, 1e-12);
    }

    [Fact]
    public void Scaling_ThereAndBack_IsTheSame() =>
        Gen.Select(_scale, Gen.Double[0, 1]).Sample((scale, p) =>
            Math.Abs(AccuracyScaling.Invert(scale, AccuracyScaling.Transform(scale, p)) - p) < 1e-12);

    [Theory, InlineData(AccuracyScale.Logit), InlineData(AccuracyScale.Probit)]
    public void Scaling_AtTheEnds_IsInfinite(AccuracyScale scale)
    {
        AccuracyScaling.Transform(scale, 0).Should().Be(double.NegativeInfinity);
        AccuracyScaling.Transform(scale, 1).Should().Be(double.PositiveInfinity);
        AccuracyScaling.Transform(scale, 0.5).Should().BeApproximately(0, 1e-15);
        AccuracyScaling.Invert(scale, double.NegativeInfinity).Should().Be(0);
        AccuracyScaling.Invert(scale, double.PositiveInfinity).Should().Be(1);
    }

    [Fact]
    public void Predict_AtTheEnds_IsTheEnd()
    {
        var fit = ImageNetBaselines.Find("imagenet-v2");

        (fit.Predict(0), fit.Predict(1)).Should().Be((0.0, 1.0));
        (fit with { Slope = 0, Intercept = 0 }).Predict(1).Should().Be(0.5);
    }

    [Fact]
    public void Warning_OutsideTheFittedModels_SaysSo()
    {
        var outside = EffectiveRobustness.Measure(0.3, 0.3, ImageNetBaselines.Find("imagenet-sketch"));
        var both = EffectiveRobustness.Measure(0.3, 0.3, ImageNetBaselines.Find("imagenet-a"));

        outside.Warning.Should().Be(
            "imagenet-sketch: the baseline is extrapolated: reference accuracy 30.0 lies outside the fitted models' 56.5 to 84.7.");
        both.Warning.Should().Contain("ResNet-50").And.Contain("extrapolated");
    }

    [Fact]
    public void Fit_BadPoints_SaysWhich()
    {
        var one = () => BaselineFit.Fit([0.0, 0.5], [0.5, 0.5]);
        var perfect = () => BaselineFit.Fit([0.1, 0.5], [0.5, 1]);
        var notANumber = () => BaselineFit.Fit([0.1, double.NaN], [0.5, 0.5]);
        var lengths = () => BaselineFit.Fit([0.1, 0.5], [0.5]);
        var equal = () => BaselineFit.Fit([0.5, 0.5, 0.5], [0.1, 0.2, 0.3]);
        var empty = () => BaselineFit.Fit([], []);
        var range = () => EffectiveRobustness.Measure(82.6, 0.5, ImageNetBaselines.Find("imagenet-r"));

        one.Should().Throw<ArgumentException>().WithMessage("referenceAccuracies[0] is 0;*Leave the model out*");
        perfect.Should().Throw<ArgumentException>().WithMessage("shiftAccuracies[1] is 1;*");
        notANumber.Should().Throw<ArgumentException>().WithMessage("referenceAccuracies[1] is NaN*");
        lengths.Should().Throw<ArgumentException>().WithMessage("shiftAccuracies has 1 samples*");
        equal.Should().Throw<ArgumentException>().WithMessage("3 models with 1 different reference accuracies*");
        empty.Should().Throw<ArgumentException>().WithMessage("0 models*");
        range.Should().Throw<ArgumentException>().WithMessage("referenceAccuracy is 82.6*");
    }

    private static string Percent(double fraction) => (100 * fraction).ToString("0.0", CultureInfo.InvariantCulture);
}

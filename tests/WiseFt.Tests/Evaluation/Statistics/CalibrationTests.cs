using CsCheck;
using WiseFt.Evaluation;

namespace WiseFt.Tests;

public sealed class CalibrationTests
{
    [Fact]
    public void Measure_GoldenLogits_MatchesScikitLearn()
    {
        var a = Calibration.Measure(StatisticsFixture.LogitsA, StatisticsFixture.Labels);
        var b = Calibration.Measure(StatisticsFixture.LogitsB, StatisticsFixture.Labels);

        a.ExpectedCalibrationError.Should().BeApproximately(
            StatisticsFixture.Value("expected_calibration_error_15", "a"), StatisticsFixture.Tolerance);
        b.ExpectedCalibrationError.Should().BeApproximately(
            StatisticsFixture.Value("expected_calibration_error_15", "b"), StatisticsFixture.Tolerance);
        a.NegativeLogLikelihood.Should().BeApproximately(
            StatisticsFixture.Value("negative_log_likelihood", "a"), StatisticsFixture.Tolerance);
        a.Bins.Should().HaveCount(15);
    }

    [Fact]
    public void Measure_ByHand_FillsTheBins()
    {
        // Softmax of (log 3, 0) is (3/4, 1/4); of (0, 0) it is (1/2, 1/2), which closes the first of two bins.
        var logits = new SampleMatrix(new double[] { Math.Log(3), 0, Math.Log(3), 0, 0, 0 }, 2);

        var calibration = Calibration.Measure(logits, [0, 1, 0], binCount: 2);

        calibration.Bins[0].Should().Be(new CalibrationBin(0, 0.5, 1, 0.5, 1));
        (calibration.Bins[1].Count, calibration.Bins[1].Accuracy).Should().Be((2, 0.5));
        calibration.Bins[1].Confidence.Should().BeApproximately(0.75, 1e-15);
        calibration.ExpectedCalibrationError.Should().BeApproximately((0.5 + 2 * 0.25) / 3, 1e-15);
        calibration.MaximumCalibrationError.Should().Be(0.5);
        calibration.NegativeLogLikelihood.Should().BeApproximately((Math.Log(4.0 / 3) + Math.Log(4) + Math.Log(2)) / 3, 1e-15);
    }

    [Fact]
    public void Measure_EmptyBins_AreZeroAndCountNothing()
    {
        var calibration = Calibration.Measure(new SampleMatrix(new float[] { 50, 0 }, 2), [0]);

        calibration.Bins.Take(14).Should().OnlyContain(b => b.Count == 0 && b.Gap == 0);
        calibration.Bins[14].Count.Should().Be(1);
    }

    [Fact]
    public void Measure_SamplesPermutedOrShifted_ChangesNothing() =>
        Gen.Select(Gen.Double[-9, 9].Array[3], Gen.Int[0, 2], Gen.Double[-5, 5]).Array[1, 40]
            .SelectMany(rows => Gen.Shuffle(rows).Select(shuffled => (rows, shuffled)))
            .Sample(t =>
            {
                var calibration = Measure([.. t.rows.Select(r => (r.Item1, r.Item2))]);
                var other = Measure([.. t.shuffled.Select(r => (r.Item1.Select(x => x + r.Item3).ToArray(), r.Item2))]);
                return Math.Abs(calibration.NegativeLogLikelihood - other.NegativeLogLikelihood) < 1e-10
                    && calibration.Bins.Sum(b => b.Count) == t.rows.Length
                    && calibration.ExpectedCalibrationError is >= 0 and <= 1
                    && calibration.ExpectedCalibrationError <= calibration.MaximumCalibrationError + 1e-12;
            });

    [Fact]
    public void Measure_EveryProbability_FallsIntoItsOwnBin() => // (b / 15, (b + 1) / 15]; both ends included in the draw
        Gen.Select(Gen.Int[1, 15], Gen.Double[0, 1]).Sample((upper, share) =>
        {
            double probability = Math.Clamp((upper - share) / 15, 0.51, 0.999);
            var logits = new SampleMatrix(new double[] { Math.Log(probability / (1 - probability)), 0 }, 2);
            var bin = Calibration.Measure(logits, [0]).Bins.Single(b => b.Count == 1);
            return bin.Confidence > bin.Lower && bin.Confidence <= bin.Upper;
        });

    [Fact]
    public void Measure_BadArguments_SaysWhich()
    {
        var logits = new SampleMatrix(new float[6], 3);
        var lengths = () => Calibration.Measure(logits, [0]);
        var label = () => Calibration.Measure(logits, [0, 3]);
        var bins = () => Calibration.Measure(logits, [0, 1], 0);

        lengths.Should().Throw<ArgumentException>().WithMessage("labels has 1 samples, logits has 2*");
        label.Should().Throw<ArgumentException>().WithMessage("labels[1] is 3*");
        bins.Should().Throw<ArgumentException>().WithMessage("binCount is 0*");
    }

    private static Calibration Measure((double[] Logits, int Label)[] rows) =>
        Calibration.Measure(new SampleMatrix(rows.SelectMany(r => r.Logits).ToArray(), 3), [.. rows.Select(r => r.Label)]);
}

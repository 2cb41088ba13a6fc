using WiseFt.Evaluation;

namespace WiseFt.Reports.Tests;

public sealed class StatisticsTests
{
    private static readonly RobustnessReport _report = SyntheticReport.Create();
    private static readonly RobustnessStatistics _statistics = RobustnessStatistics.Measure(_report);

    [Fact]
    public void Measure_OfEverySet_EqualsDirectComputation()
    {
        for (int s = 0; s < _report.Sets.Length; s++)
        {
            int[] labels = [.. _report.Sets[s].Labels];
            int[] zeroShot = [.. _report.At(0).Predictions[s].Classes], mixture = [.. _report.At(0.5).Predictions[s].Classes],
                fineTuned = [.. _report.At(1).Predictions[s].Classes];
            SetStatistics set = _statistics.Sets[s];

            set.AgainstZeroShot.Should().Be(PairedComparison.Measure(mixture, zeroShot, labels));
            set.AgainstFineTuned.Should().Be(PairedComparison.Measure(mixture, fineTuned, labels));
            set.Overrides.Should().Be(OverrideFractions.Measure(zeroShot, fineTuned, mixture, labels));
            set.Models[1].Metrics.Should().BeEquivalentTo(ClassificationMetrics.Measure(mixture, labels, 5));
            set.Models[1].WorstClass.Should().Be(GroupedAccuracy.Measure(mixture, labels, labels).Worst);
            set.Intervals[5]
                .Should().Be(ConfidenceInterval.ClopperPearson(mixture.Zip(labels).Count(p => p.First == p.Second), labels.Length));
            set.Best.Score.Should().Be(_report.Accuracies(s).Max());
            set.Regret.Should().Be(set.Best.Score - _report.At(0.5).Accuracies[s]);
            set.Barrier!.Gaps[5].Should()
                .BeApproximately(_report.At(0.5).Accuracies[s] - (_report.At(0).Accuracies[s] + _report.At(1).Accuracies[s]) / 2, 1e-12);
            set.Gain!.Gain.Should()
                .BeApproximately(_report.Accuracies(s).Max() - Math.Max(_report.At(0).Accuracies[s], _report.At(1).Accuracies[s]), 1e-12);
            set.Diversity!.Disagreement.Should().Be((double)zeroShot.Zip(fineTuned).Count(p => p.First != p.Second) / labels.Length);
            set.Diversity.MeanKullbackLeibler.Should().Be(_report.Divergences[s].MeanKullbackLeibler);
        }
    }

    [Fact]
    public void Measure_OfCalibration_EqualsDirectComputation()
    {
        Predictions mixture = _report.At(0.5).Predictions[1];
        int[] labels = [.. _report.Sets[1].Labels];
        double expected = Enumerable.Range(0, 15)
            .Select(b => Enumerable.Range(0, labels.Length).Where(i => (int)Math.Ceiling(mixture.Confidences[i] * 15.0) - 1 == b).ToArray())
            .Where(bin => bin.Length > 0)
            .Sum(bin =>
                Math.Abs(bin.Count(i => mixture.Classes[i] == labels[i]) - bin.Sum(i => (double)mixture.Confidences[i])) / labels.Length);

        _statistics.Sets[1].Models[1].Calibration.ExpectedCalibrationError.Should().BeApproximately(expected, 1e-9);
        _statistics.Sets[1].Models[1].Calibration.NegativeLogLikelihood
            .Should().BeApproximately(mixture.LabelProbabilities.Average(p => -Math.Log(p)), 1e-9);
    }

    [Fact]
    public void Measure_WithoutEndPoints_LeavesOutWhatNeedsThem()
    {
        RobustnessStatistics statistics = RobustnessStatistics.Measure(SyntheticReport.Create([0.4, 0.6], withEnsembles: false));

        statistics.MixtureAlpha.Should().Be(0.4);
        (statistics.Gain, statistics.AverageRegret).Should().Be((null, null));
        statistics.Sets
            .Should().OnlyContain(s => s.Barrier == null && s.AgainstZeroShot == null && s.Diversity == null && s.Models.Length == 1);
    }

    [Fact]
    public void Measure_OfEndPointsAlone_ComparesNothingWithThem()
    {
        RobustnessStatistics statistics = RobustnessStatistics.Measure(SyntheticReport.Create([0, 1], withEnsembles: false));

        statistics.Sets
            .Should().OnlyContain(s => s.AgainstZeroShot == null && s.Overrides == null && s.Diversity != null && s.Models.Length == 2);
    }
}

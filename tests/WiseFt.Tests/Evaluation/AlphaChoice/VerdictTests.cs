using System.Collections.Immutable;
using FluentAssertions;
using WiseFt.Evaluation;
using Xunit;

namespace WiseFt.Tests.Evaluation;

public sealed class VerdictTests
{
    private static readonly ImmutableArray<string> _classes = ["cat", "dog", "eel"];

    [Fact]
    public void Measure_OfASmallTestSet_KeepsTheAlphaOfBeforeAndSaysHowManyImagesWouldTell()
    {
        // 46 images, of which alpha 0.9 gets one more: nobody may call that the best alpha.
        RobustnessReport report = Report([46], (0, [24]), (0.5, [27]), (0.9, [28]), (1, [28]));

        Verdict verdict = Verdict.Measure(report)!;

        verdict.Alpha.Should().Be(0.5);
        verdict.IsOverruled.Should().BeFalse();
        verdict.Sentences[0].Should().Be("Ship alpha 0.5.");
        verdict.Sentences[2].Should().MatchRegex(
            @"zero-shot model it gains 6\.5 points on reference \(−[0-9.]+ to \+[0-9.]+: may be chance, [0-9,]+ more images would tell\)");
        verdict.Text.Should().Contain("58.7 % on reference (95 % interval 43.2 to 73.0 %; 46 images)")
            .And.Contain("Alpha 0.9 came out 2.2 points higher").And.Contain("may be chance among 4 alphas")
            .And.Contain("more images like these would tell").And.Contain("Nothing was measured under distribution shift")
            .And.NotContain("best alpha");
    }

    [Fact]
    public void Measure_WhereAnotherAlphaIsBetterBeyondChance_ShipsThatOne()
    {
        RobustnessReport report = Report([2000, 1000], (0, [1000, 600]), (0.5, [1100, 600]), (0.8, [1400, 640]), (1, [1300, 500]));

        Verdict verdict = Verdict.Measure(report)!;

        verdict.Alpha.Should().Be(0.8);
        verdict.IsOverruled.Should().BeTrue();
        verdict.Text.Should().StartWith("Ship alpha 0.8.")
            .And.Contain("Against the zero-shot model it gains 20.0 points on reference")
            .And.Contain("Against the fine-tuned model it gains 5.0 points on reference")
            .And.Contain("and gains 14.0 points under shift")
            .And.Contain("It is better than alpha 0.5, the choice made before, beyond chance: by 9.5 points on the average over");
        verdict.Comparisons.Select(c => (c.Alpha, c.On, c.IsBeyondChance)).Should().Equal(
            (0, "reference", true), (0, "shifts", true), (1, "reference", true), (1, "shifts", true));
    }

    [Fact]
    public void Measure_WithoutAShift_IsNotMovedByTheReferenceAlone()
    {
        Verdict verdict = Verdict.Measure(Report([2000], (0, [1000]), (0.5, [1100]), (1, [1400])))!;

        verdict.Alpha.Should().Be(0.5);
        verdict.Text.Should().Contain("On images like these alone alpha 1.0 is better beyond chance, by 15.0 points");
    }

    [Fact]
    public void Measure_WithAnotherChoiceMadeBefore_JudgesThatOne() =>
        Verdict.Measure(Report([50], (0, [20]), (0.3, [22]), (0.7, [22]), (1, [22])), alpha: 0.7)!.Alpha.Should().Be(0.7);

    [Fact]
    public void Measure_WhereFineTuningChangedNoAnswer_SaysWhatToDo() =>
        Verdict.Measure(Report([50], (0, [20]), (0.5, [20]), (1, [20])))!.Text.Should().Contain(
            "It gives the zero-shot model's answer on every image: fine-tuning changed no answer, so train longer or at a higher " +
            "learning rate.");

    [Fact]
    public void Measure_PickedOnTheseImages_AllowsForTheOthers()
    {
        RobustnessReport report = Report([100, 100], (0, [50, 50]), (0.5, [60, 52]), (0.7, [62, 51]), (1, [61, 40]));

        Verdict before = Verdict.Measure(report, 0.7)!, here = Verdict.Measure(report, 0.7, isChosenHere: true)!;

        here.Alpha.Should().Be(before.Alpha);
        here.Comparisons[0].Interval.Lower.Should().BeLessThan(before.Comparisons[0].Interval.Lower);
        here.Text.Should().Contain("picked on these images");
        before.Text.Should().NotContain("picked");
    }

    [Fact]
    public void Measure_WhereTheAlphaWasNotTried_OrOnlyOneWas_JudgesNothing()
    {
        Verdict.Measure(Report([50], (0, [20]), (1, [22]))).Should().BeNull();
        Verdict.Measure(Report([50], (0.5, [20]))).Should().BeNull();
    }

    [Fact]
    public void Measure_RightOnTheSameImagesWithOtherMistakes_SaysNoMoreThanThat()
    {
        RobustnessReport report = Report([50], (0, [20]), (0.5, [20]), (1, [25]));
        Predictions other = report.At(0).Predictions[0] with
        {
            Classes = [.. report.At(0).Predictions[0].Classes.Select((c, i) => i < 20 ? c : (c + 1) % _classes.Length)],
        };
        report = report with { Results = [new AlphaResult(0, report.Sets, [other]), .. report.Results.Skip(1)] };

        Verdict.Measure(report)!.Text.Should().Contain("It is right on the same images as the zero-shot model.");
    }

    [Fact]
    public void Measure_OfAccuraciesAlone_JudgesNothing() => Verdict.Measure(new RobustnessReport
    {
        Sets = [new EvaluatedSet("reference", [], []) { Count = 50 }],
        ClassNames = [],
        Results = [new AlphaResult(0, [0.5]), new AlphaResult(1, [0.7])],
    }).Should().BeNull();

    [Fact]
    public void AccuracyDifference_OfOneSet_IsAgrestiAndMins()
    {
        // b = 9, c = 3 of 40: b' = 9.5, c' = 3.5, n' = 42.
        RobustnessReport report = Report([40], (0, [10]), (1, [16]));
        AccuracyDifference d = AccuracyDifference.OfReference(report, report.At(1), report.At(0), tests: 1);
        double centre = 6.0 / 42, error = Math.Sqrt((7.0 / 42 - centre * centre) / 42);

        d.Observed.Should().BeApproximately(6.0 / 40, 1e-12);
        d.Differing.Should().Be(6);
        d.Interval.Lower.Should().BeApproximately(centre - 1.959964 * error, 1e-6);
        d.Interval.Upper.Should().BeApproximately(centre + 1.959964 * error, 1e-6);
    }

    [Fact]
    public void AccuracyDifference_OfAverages_WeighsReferenceAsMuchAsAllShifts()
    {
        RobustnessReport report = Report([100, 10, 20], (0, [50, 5, 10]), (1, [60, 4, 14]));

        AccuracyDifference d = AccuracyDifference.OfAverages(report, report.At(1), report.At(0), tests: 1);

        d.Observed.Should().BeApproximately(
            report.At(1).AverageReferenceAndShifts - report.At(0).AverageReferenceAndShifts, 1e-12);
    }

    [Fact]
    public void MoreImages_IsWhatMakesTheDifferenceCertain()
    {
        RobustnessReport small = Report([100], (0, [50]), (1, [54]));
        AccuracyDifference d = AccuracyDifference.OfReference(small, small.At(1), small.At(0), tests: 1);
        int more = (int)d.MoreImages(100)!.Value;
        RobustnessReport large = Report([100 + more], (0, [(100 + more) / 2]), (1, [(100 + more) * 54 / 100]));

        d.Interval.Lower.Should().BeNegative();
        AccuracyDifference.OfReference(large, large.At(1), large.At(0), tests: 1).Interval.Lower.Should().BePositive();
    }

    /// <summary>A report in which a row gets the first so many images of each set right.</summary>
    private static RobustnessReport Report(int[] counts, params (double Alpha, int[] Correct)[] rows)
    {
        ImmutableArray<EvaluatedSet> sets =
        [
            .. counts.Select((count, s) => new EvaluatedSet(
                s == 0 ? "reference" : $"shift{s}", [.. Enumerable.Range(0, count).Select(i => i % _classes.Length)],
                [.. Enumerable.Range(0, count).Select(i => $"{s}/{i}.png")])),
        ];
        return new RobustnessReport
        {
            Sets = sets,
            ClassNames = _classes,
            Results = [.. rows.Select(row => new AlphaResult(
                row.Alpha, sets, [.. sets.Select((set, s) => Said(set, row.Correct[s]))]))],
        };
    }

    private static Predictions Said(EvaluatedSet set, int correct) => new(
        [.. set.Labels.Select((label, i) => i < correct ? label : (label + 1) % _classes.Length)],
        [.. set.Labels.Select(_ => 0.5f)], [.. set.Labels.Select(_ => 1f)], [.. set.Labels.Select((_, i) => i < correct ? 0.5f : 0.2f)]);
}

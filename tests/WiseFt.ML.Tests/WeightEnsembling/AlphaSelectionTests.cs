using Microsoft.ML;
using WiseFt.Evaluation;
using WiseFt.ML;

namespace WiseFt.ML.Tests;

public sealed class AlphaSelectionTests(FittedMixture fitted) : IClassFixture<FittedMixture>
{
    private readonly MLContext _mlContext = fitted.Context;

    [Fact]
    public void Fit_WithValidationData_TakesTheBestAlphaOnIt()
    {
        IDataView validation = EmojiImages.View(_mlContext, EmojiImages.Shift);
        RobustnessReport sweep = _mlContext.MulticlassClassification.EvaluateRobustness(fitted.Mixture, validation, alphas: [0, 0.3, 1]);

        using WiseFtTransformer mixture = Fit(
            fitted.Options with { AlphaSelection = AlphaSelection.BestAccuracy(validation, [0, 0.3, 1]) });

        mixture.Alpha.Should().Be(AlphaSelector.BestAccuracy(sweep.Alphas, sweep.Accuracies(0)).Alpha);
    }

    [Fact]
    public void Fit_ByWorstGroup_TakesTheAlphaWhoseWorstClassIsBest()
    {
        IDataView validation = EmojiImages.View(_mlContext, EmojiImages.Test);
        RobustnessReport sweep = _mlContext.MulticlassClassification.EvaluateRobustness(fitted.Mixture, validation, alphas: [0, 0.5, 1]);
        int[] labels = [.. sweep.Sets[0].Labels];

        using WiseFtTransformer mixture = Fit(
            fitted.Options with { AlphaSelection = AlphaSelection.BestWorstGroup(validation, [0, 0.5, 1]) });

        mixture.Alpha.Should().Be(AlphaSelector.BestWorstGroup(
            sweep.Alphas,
            [.. sweep.Results.Select(r => GroupedAccuracy.Measure(r.Predictions[0].Classes.AsSpan(), labels, labels))]).Alpha);
    }

    [Fact]
    public void Fit_WithAHoldout_TrainsOnTheRest()
    {
        var log = new List<string>();
        var context = new MLContext(seed: 1);
        context.Log += (_, e) => { lock (log) log.Add(e.Message); };

        using WiseFtTransformer mixture = context.Transforms.WiseFt(fitted.Options with
        { Training = fitted.Options.Training with { Epochs = 1 }, AlphaSelection = AlphaSelection.BestAccuracy(0.25, [0, 1]) })
            .Fit(EmojiImages.Keyed(context, EmojiImages.Train));

        int Number(string before, string after) => log.Select(m => System.Text.RegularExpressions.Regex.Match(m, before + @"(\d+)" + after))
            .Where(m => m.Success).Select(m => int.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).Single();
        int trained = Number("Fine-tuning on ", " images"), held = Number("on ", " validation images");
        (trained + held).Should().Be(EmojiImages.Train.Length);
        held.Should().BeInRange(1, 15);
        mixture.Alpha.Should().BeOneOf(0, 1);
    }

    [Theory, InlineData(0.0), InlineData(1.0), InlineData(double.NaN)]
    public void BestAccuracy_WithoutAPartToHoldOut_IsRefused(double fraction) =>
        FluentActions.Invoking(() => AlphaSelection.BestAccuracy(fraction))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*between 0 and 1*");

    [Fact]
    public void Alpha_IsShortForAFixedSelection()
    {
        WiseFtEstimator.Options options = fitted.Options with { Alpha = 0.7 };

        options.AlphaSelection.Alpha.Should().Be(0.7);
        options.Alpha.Should().Be(0.7);
        fitted.Options.AlphaSelection.Alpha.Should().Be(0.5);
    }

    [Fact]
    public void EvaluateRobustness_OfAShiftWithAnUnknownClass_NamesTheShift() => _mlContext.MulticlassClassification
        .Invoking(c => c.EvaluateRobustness(fitted.Mixture, fitted.Test, new()
        {
            ["odd"] = EmojiImages.View(_mlContext, [new EmojiImages.Row { ImagePath = EmojiImages.Test[0].ImagePath, Label = "foot" }]),
        }))
        .Should().Throw<ArgumentException>().WithMessage("*'odd'*'foot'*");

    [Fact]
    public void Save_OfAnEvaluation_LeavesTheReport()
    {
        using var folder = new TemporaryFolder();
        RobustnessReport report = _mlContext.MulticlassClassification.EvaluateRobustness(
            fitted.Mixture, fitted.Test, new() { ["twemoji"] = EmojiImages.View(_mlContext, EmojiImages.Shift) }, [0, 0.5, 1],
            outputEnsembles: true);

        report.Save(folder.Path);

        Directory.GetFiles(folder.Path).Select(Path.GetFileName)
            .Should().Contain(["results.jsonl", "report.md", "report.html", "accuracy-under-shift.png", "accuracy-under-shift.svg"]);
        RobustnessReportFiles.Load(folder.At("results.jsonl")).Should().BeEquivalentTo(report);
    }

    private WiseFtTransformer Fit(WiseFtEstimator.Options options) =>
        _mlContext.Transforms.WiseFt(options).Fit(EmojiImages.Keyed(_mlContext, EmojiImages.Train));
}

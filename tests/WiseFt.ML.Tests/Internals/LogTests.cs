using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace WiseFt.ML.Tests;

/// <summary>What a user sees who listens to <c>mlContext.Log</c> while long work is done.</summary>
public sealed partial class LogTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly List<LoggingEventArgs> _events = [];

    public LogTests() => _mlContext.Log += (_, e) => { lock (_events) _events.Add(e); };

    private static FineTuningOptions Recipe =>
        new() { Mode = FineTuningMode.LinearClassifier, Epochs = 2, BatchSize = 8, LearningRate = 1e-2 };

    private string[] Lines => [.. _events.Where(e => e.Kind == ChannelMessageKind.Info).Select(e => $"{e.Source}: {e.RawMessage}")];

    /// <summary>Without those that a slow machine writes on the way.</summary>
    private string[] Stages => [.. Lines.Where(line => !OnTheWay().IsMatch(line)).Select(line => Number().Replace(line, "#"))];

    [Fact]
    public void Fit_OfTheWholeMethod_SaysEachStageOnceAndEachEpoch()
    {
        using WiseFtTransformer model = _mlContext.Transforms.WiseFt(new WiseFtEstimator.Options
        {
            ModelPath = EmojiImages.ModelPath,
            Head = new() { Templates = PromptTemplates.Simple },
            Training = Recipe,
            ValidationSet = EmojiImages.View(_mlContext, EmojiImages.Test),
            AlphaSelection = AlphaSelection.BestAccuracy(EmojiImages.View(_mlContext, EmojiImages.Test), [0, 1]),
        }).Fit(EmojiImages.Keyed(_mlContext, EmojiImages.Train));

        Stages.Should().Equal(
            "ClipFineTuneTrainer; Fine-tuning: Fine-tuning on # images of # classes, # steps, on cpu.",
            "ClipFineTuneTrainer; Fine-tuning: Zero-shot head of # classes and # prompt templates built.",
            "ClipFineTuneTrainer; Fine-tuning: Epoch # of #: mean loss #, validation accuracy # % and loss #, " +
                "learning rate #, step # of #, # images/s, # s left.",
            "ClipFineTuneTrainer; Fine-tuning: Epoch # of #: mean loss #, validation accuracy # % and loss #, " +
                "learning rate #, step # of #, # images/s, # s left.",
            "WiseFtEstimator; Choosing alpha: Alpha # of # tried: the accuracy on # validation images is #.");
    }

    [Fact]
    public void EvaluateRobustness_SaysWhatIsMeasuredAndWhatCameOut()
    {
        IDataView data = EmojiImages.Keyed(_mlContext, EmojiImages.Train);
        using WiseFtTransformer model = _mlContext.Transforms.WiseFt(new WiseFtEstimator.Options
        {
            ModelPath = EmojiImages.ModelPath,
            Head = new() { Templates = PromptTemplates.Simple },
            Training = Recipe,
        }).Fit(data);
        _events.Clear();

        _mlContext.MulticlassClassification.EvaluateRobustness(model, data, new() { ["same"] = data }, [0, 1]);

        Stages.Should().Equal(
            "EvaluateRobustness: Evaluating # mixing coefficients on # reference images and # of # distribution shifts.",
            "EvaluateRobustness: Evaluated: alpha #: # %, alpha #: # % on the reference distribution.");
    }

    [Fact]
    public void Fit_OfAnEmbeddingAndOfZeroShot_SaysThatItIsLoaded()
    {
        IDataView data = EmojiImages.Keyed(_mlContext, EmojiImages.Train);

        using (_mlContext.Transforms.ClipImageEmbedding("Features", "ImagePath", EmojiImages.ModelPath).Fit(data)) { }
        using (_mlContext.Transforms.ClipZeroShot(EmojiImages.ModelPath, templates: PromptTemplates.Simple).Fit(data)) { }

        Lines.Should().Equal(
            $"ClipImageEmbeddingEstimator; Loading: Loaded {EmojiImages.ModelPath}, on cpu.",
            "ClipZeroShotEstimator; Building the zero-shot head: Zero-shot head of 4 classes and 1 prompt templates built.");
    }

    [Fact]
    public void LoggedProgress_WithoutAnInterval_SaysShareSpeedAndTimeLeftAndPassesOn()
    {
        List<WorkProgress> passed = [];
        using (IChannel channel = Environment.Start("Work"))
        {
            var progress = new LoggedProgress(channel, "Zero-shot head", "prompts", new Reported<WorkProgress>(passed.Add))
            {
                Interval = TimeSpan.Zero,
            };
            progress.Report(new WorkProgress(0, 4000));
            progress.Report(new WorkProgress(1000, 4000));
            progress.Report(new WorkProgress(4000, 4000));
        }

        Lines.Should().ContainSingle().Which.Should().MatchRegex(
            @"^Work: Zero-shot head: 1,000 of 4,000 prompts \(25 %\), [\d.]+ prompts/s, \d+ s left\.$");
        passed.Select(p => p.Done).Should().Equal(0, 1000, 4000);
    }

    [Theory]
    [InlineData(7, "7 s left"), InlineData(119, "119 s left"), InlineData(600, "10 min left"), InlineData(9000, "2.5 h left")]
    public void Left_OfATime_IsShort(double seconds, string expected) =>
        LoggedProgress.Left(TimeSpan.FromSeconds(seconds)).Should().Be(expected);

    [Fact]
    public void RowLog_OfALongTransform_CountsRowsAndEndsWithAll()
    {
        using (var log = new RowLog(Environment, "Scoring") { Interval = TimeSpan.Zero })
        {
            log.Add(32);
            log.Add(8);
        }

        Lines.Select(line => Speed().Replace(line, "#")).Should().Equal(
            "Scoring: Scoring: 32 rows so far, # rows/s.", "Scoring: Scoring: 40 rows so far, # rows/s.",
            "Scoring: Scoring: 40 rows in all, # rows/s.");
    }

    [Fact]
    public void RowLog_OfAShortTransform_SaysNothing()
    {
        using (var log = new RowLog(Environment, "Scoring") { Interval = TimeSpan.MaxValue }) log.Add(32);

        _events.Should().BeEmpty();
    }

    private IHostEnvironment Environment => _mlContext;

    [GeneratedRegex(@" in progress: |: [\d,]+ of [\d,]+ \w")]
    private static partial Regex OnTheWay();

    [GeneratedRegex(@"(?<![\w.])\d+(\.\d+)?(e[+-]\d+)?")]
    private static partial Regex Number();

    [GeneratedRegex(@"[\d.]+(?= rows/s)")]
    private static partial Regex Speed();
}

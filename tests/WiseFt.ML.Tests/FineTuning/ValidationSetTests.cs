using Microsoft.ML;

namespace WiseFt.ML.Tests;

public sealed class ValidationSetTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly List<string> _messages = [];

    public ValidationSetTests() => _mlContext.Log += (_, e) => { lock (_messages) _messages.Add(e.RawMessage); };

    private static ClipFineTuneTrainer.Options Options => new()
    {
        ModelPath = EmojiImages.ModelPath,
        Head = new() { Templates = PromptTemplates.Simple },
        Mode = FineTuningMode.LinearClassifier,
        Epochs = 8,
        BatchSize = 8,
        LearningRate = 1e-2,
    };

    private IDataView Train => EmojiImages.Keyed(_mlContext, EmojiImages.Train);

    private IDataView Validation => EmojiImages.View(_mlContext, EmojiImages.Test); // its label is text, as before MapValueToKey

    [Fact]
    public void Fit_WithAValidationSet_LogsItsAccuracyAndChangesNoWeight()
    {
        List<FineTuningStep> steps = [];
        using ClipClassifierTransformer plain = Fit(Options);
        _messages.Clear();

        using ClipClassifierTransformer validated = Fit(
            Options with { ValidationSet = Validation, Progress = new Reported<FineTuningStep>(steps.Add) });

        AreEqual(plain, validated).Should().BeTrue();
        FineTuningStep[] epochs = [.. steps.Where(s => s.Validation is not null)];
        epochs.Should().HaveCount(8).And.OnlyContain(s => s.Validation!.Count == EmojiImages.Test.Length && s.KeptEpoch == null);
        _messages.Where(m => m.StartsWith("Epoch ", StringComparison.Ordinal)).Should().HaveCount(8)
            .And.OnlyContain(m => m.Contains(", validation accuracy ", StringComparison.Ordinal));
    }

    [Fact]
    public void Fit_WithEarlyStopping_KeepsTheBestEpochAndSaysSo()
    {
        List<FineTuningStep> steps = [];
        ClipFineTuneTrainer.Options options = Options with
        {
            Training = Options.Training with { EarlyStoppingPatience = 2, LearningRate = 3, WarmupSteps = 0 },
            ValidationSet = Validation,
            Progress = new Reported<FineTuningStep>(steps.Add),
        };

        using ClipClassifierTransformer model = Fit(options);

        FineTuningStep[] epochs = [.. steps.Where(s => s.Validation is not null)];
        FineTuningStep best = epochs.MaxBy(s => s.Validation!.Accuracy)!;
        epochs[^1].KeptEpoch.Should().Be(best.Epoch);
        steps.Should().HaveCount(3 * Math.Min(8, best.Epoch + 3));
        IDataView keyed = EmojiImages.Keyed(_mlContext, EmojiImages.Test);
        _mlContext.MulticlassClassification.Evaluate(model.Transform(keyed)).MicroAccuracy
            .Should().BeApproximately(best.Validation!.Accuracy, 1e-9);
        _messages.Should().Contain(m => m.StartsWith("Early stopping: training ends after 2 epochs in a row", StringComparison.Ordinal))
            .And.Contain($"Early stopping: the weights of epoch {best.Epoch + 1} are kept; training ended after " +
                $"{epochs.Length} of 8 epochs.");
    }

    [Fact]
    public void Fit_WithEarlyStoppingAndNoValidationSet_SaysWhatToDo()
    {
        FineTuningOptions training = Options.Training with { EarlyStoppingPatience = 2 };

        FluentActions.Invoking(() => Fit(Options with { Training = training }))
            .Should().Throw<ArgumentException>().WithMessage("Training.EarlyStoppingPatience is 2*ValidationSet*TrainTestSplit*");
        _mlContext.Transforms.WiseFt(new WiseFtEstimator.Options { ModelPath = EmojiImages.ModelPath, Training = training })
            .Invoking(e => e.Fit(Train)).Should().Throw<ArgumentException>().WithMessage("*ValidationSet*");
    }

    private ClipClassifierTransformer Fit(ClipFineTuneTrainer.Options options) =>
        _mlContext.MulticlassClassification.Trainers.ClipFineTune(options).Fit(Train);

    private static bool AreEqual(ClipClassifierTransformer first, ClipClassifierTransformer second) =>
        first.Scorer.Model.Use(a => second.Scorer.Model.Use(b => a.Weights.All(w => WeightSpace.AreEqual(w.Value, b.Weights[w.Key]))));
}

using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.ML;
using WiseFt.Training;

namespace WiseFt.ML.Tests;

public sealed class ModelSoupTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly List<string> _log = [];

    public ModelSoupTests() => _mlContext.Log += (_, e) => { lock (_log) _log.Add(e.Message); };

    private static ModelSoupEstimator.Options Options => new()
    {
        ModelPath = EmojiImages.ModelPath,
        Head = new() { Templates = PromptTemplates.Simple },
        Training = new() { Mode = FineTuningMode.LinearClassifier, BatchSize = 8 },
        Grid = new() { LearningRates = [1e-3, 1e-2], Epochs = [2, 4] },
    };

    private IDataView Train => EmojiImages.Keyed(_mlContext, EmojiImages.Train);

    private IDataView Test => EmojiImages.Keyed(_mlContext, EmojiImages.Test);

    [Fact]
    public void Uniform_OfTwoRuns_IsTheMeanOfTheModelsThatTheTrainerGives()
    {
        ModelSoupEstimator.Options options = Options with { Kind = SoupKind.Uniform, Grid = new() { LearningRates = [1e-3, 1e-2] } };
        using ClipClassifierTransformer slow = One(1e-3), fast = One(1e-2);

        using WeightEnsembleTransformer soup = _mlContext.Transforms.ModelSoup(options).Fit(Train);
        using WeightEnsembleTransformer mean = _mlContext.Transforms.WeightEnsemble(new(), slow, fast).Fit(Train);

        ShouldScoreLike(soup, mean);
        soup.Runs.Select(r => (r.Number, r.Options.LearningRate, r.Joined, r.ValidationAccuracy))
            .Should().Equal((1, 1e-3, true, null), (2, 1e-2, true, null));
        soup.Recipe.Models.Select(m => m.Model).Should().Equal("run 1", "run 2");

        ClipClassifierTransformer One(double rate) => _mlContext.MulticlassClassification.Trainers.ClipFineTune(
            new ClipFineTuneTrainer.Options
            {
                ModelPath = options.ModelPath, Head = options.Head, Training = options.Training with { LearningRate = rate },
            }).Fit(Train);
    }

    [Fact]
    public void Greedy_ByValidationData_TellsItsRunsAndKeepsTheZeroShotModel()
    {
        var steps = new List<SoupProgress>();
        var options = Options with { ValidationSet = Test, Alpha = 0.5, Progress = new Reported<SoupProgress>(steps.Add) };
        using ClipClassifierTransformer zeroShot =
            _mlContext.Transforms.ClipZeroShot(EmojiImages.ModelPath, templates: PromptTemplates.Simple).Fit(Train);

        using WeightEnsembleTransformer half = _mlContext.Transforms.ModelSoup(options).Fit(Train);
        using WeightEnsembleTransformer none = half.WithAlpha(0), soup = half.WithAlpha(1);

        half.Alpha.Should().Be(0.5);
        ShouldScoreLike(none, zeroShot);
        half.Runs.Should().HaveCount(4).And.OnlyContain(r => r.ValidationAccuracy >= 0 && r.File == null);
        half.Runs.Should().Contain(r => r.Joined);
        half.Recipe.Models.Should().HaveCount(half.Runs.Count(r => r.Joined));
        double best = half.Runs.Max(r => r.ValidationAccuracy!.Value);
        _mlContext.MulticlassClassification.Evaluate(soup.Transform(Test)).MicroAccuracy.Should().BeGreaterThanOrEqualTo(best - 1e-9);
        steps.Select(s => s.Run).Distinct().Should().Equal(1, 2, 3, 4);
        _log.Should().Contain(m => m.Contains("Run 3 of 4: learning rate 1e-2, 2 epochs"));
    }

    [Fact]
    public void SaveAndLoad_KeepsTheRuns()
    {
        using WeightEnsembleTransformer soup = _mlContext.Transforms.ModelSoup(Options with { ValidationSet = Test }).Fit(Train);
        using var stream = new MemoryStream();
        _mlContext.Model.Save(soup, Test.Schema, stream);

        using var loaded = (WeightEnsembleTransformer)new MLContext().Model.Load(stream, out _);

        ShouldScoreLike(loaded, soup);
        loaded.Runs.Select(r => (r.Number, r.Options.LearningRate, r.Options.Epochs, r.ValidationAccuracy, r.Joined))
            .Should().Equal(soup.Runs.Select(r => (r.Number, r.Options.LearningRate, r.Options.Epochs, r.ValidationAccuracy, r.Joined)));
        using WeightEnsembleTransformer before = soup.WithAlpha(0.3), after = loaded.WithAlpha(0.3);
        ShouldScoreLike(after, before);
    }

    [Fact]
    public void Fit_AfterOneThatWasCancelled_TrainsOnlyWhatIsMissing()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var snapshots = new SnapshotOptions { Directory = folder.At("soup"), Every = TimeSpan.Zero };
        ModelSoupEstimator.Options options = Options with { Kind = SoupKind.Uniform, Snapshots = snapshots };
        var cancelled = options with
        {
            CancellationToken = stop.Token,
            Progress = new Reported<SoupProgress>(p => { if (p is { Run: 3, Step.Step: 2 }) stop.Cancel(); }),
        };
        var steps = new List<SoupProgress>();
        using WeightEnsembleTransformer whole = _mlContext.Transforms.ModelSoup(options with { Snapshots = null }).Fit(Train);

        _mlContext.Transforms.ModelSoup(cancelled).Invoking(e => e.Fit(Train)).Should().Throw<OperationCanceledException>();
        _mlContext.Transforms.ModelSoup(options with { Grid = new() { LearningRates = [5e-3] } }).Invoking(e => e.Fit(Train))
            .Should().Throw<CheckpointException>().WithMessage("*LearningRate was 0.001 and is 0.005*");
        using WeightEnsembleTransformer resumed = _mlContext.Transforms.ModelSoup(
            options with { Progress = new Reported<SoupProgress>(steps.Add) }).Fit(Train);

        ShouldScoreLike(resumed, whole);
        steps.Where(s => s.Step is null).Select(s => s.Run).Should().Equal(1, 2);
        steps.Count(s => s is { Run: 3, Step.Restored: true }).Should().Be(3);
        Directory.Exists(folder.At("soup", "runs")).Should().BeFalse("the soup is made");
    }

    [Fact]
    public void Fit_OfAGreedySoupWithoutValidationSet_HoldsAPartOut()
    {
        using WeightEnsembleTransformer soup = _mlContext.Transforms.ModelSoup(
            Options with { Grid = new() { Epochs = [1, 2] }, HoldoutFraction = 0.3, KeepIngredients = false }).Fit(Train);

        soup.Runs.Should().HaveCount(2).And.OnlyContain(r => r.ValidationAccuracy != null);
        (soup.HasIngredients, soup.HasEndPoints).Should().Be((false, false));
        FluentActions.Invoking(() => Options with { HoldoutFraction = 1 }).Should().Throw<ArgumentOutOfRangeException>();
    }

    private void ShouldScoreLike(WeightEnsembleTransformer model, ITransformer expected) =>
        model.Transform(Test).GetColumn<float[]>("Score").ToArray().Should().BeEquivalentTo(
            expected.Transform(Test).GetColumn<float[]>("Score").ToArray(), o => o.WithStrictOrdering());
}

using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.ML;

namespace WiseFt.ML.Tests;

public sealed class ClipFineTuneTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly List<string> _messages = [];

    public ClipFineTuneTests() => _mlContext.Log += (_, e) => { lock (_messages) _messages.Add(e.Message); };

    private static ClipFineTuneTrainer.Options Options => new()
    {
        ModelPath = EmojiImages.ModelPath,
        Head = new() { Templates = PromptTemplates.Simple },
        Mode = FineTuningMode.LinearClassifier,
        Epochs = 10,
        BatchSize = 8,
        LearningRate = 1e-2,
    };

    [Fact]
    public void Fit_IsTheCoresFineTuning()
    {
        IDataView data = EmojiImages.Keyed(_mlContext, EmojiImages.Train);
        ClipFineTuneTrainer.Options options = Options with { Mode = FineTuningMode.EndToEnd, Epochs = 1, LearningRate = 1e-4 };
        using ClipClassifierTransformer model = _mlContext.MulticlassClassification.Trainers.ClipFineTune(options).Fit(data);
        using ClipModel clip = ClipModel.Load(EmojiImages.ModelPath);
        using ImageClassifier zeroShot = ZeroShotHead.Build(clip, EmojiImages.ClassNames, PromptTemplates.Simple);
        var training = new LabelledImages(
            EmojiImages.ClassNames, [.. EmojiImages.Train.Select(r => ImageSource.FromFile(r.ImagePath))],
            [.. EmojiImages.Train.Select(r => Array.IndexOf(EmojiImages.ClassNames, r.Label))]);

        using ImageClassifier expected = FineTuner.Run(
            zeroShot, training, new FineTuningOptions { Epochs = 1, BatchSize = 8, LearningRate = 1e-4, Seed = 1 }); // the context's seed

        model.Scorer.Model.Use(m => m.Weights.All(w => WeightSpace.AreEqual(w.Value, expected.Weights[w.Key]))).Should().BeTrue();
    }

    [Fact]
    public void CrossValidate_OfAPipeline_EvaluatesEachFold()
    {
        var pipeline = _mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(_mlContext.MulticlassClassification.Trainers.ClipFineTune(Options));

        var folds = _mlContext.MulticlassClassification.CrossValidate(
            EmojiImages.View(_mlContext, EmojiImages.Train), pipeline, numberOfFolds: 2);

        folds.Should().HaveCount(2).And.OnlyContain(f => f.Metrics.MicroAccuracy > 0.5 && f.Metrics.LogLoss > 0);
        foreach (var fold in folds) (fold.Model as IDisposable)?.Dispose();
    }

    [Fact]
    public void Fit_OfAnUnreadableImage_NamesItOrSkipsItByOption()
    {
        using var folder = new TemporaryFolder();
        string bad = folder.At("bad.png");
        File.WriteAllText(bad, "no image");
        IDataView data = EmojiImages.Keyed(_mlContext, [.. EmojiImages.Train, new EmojiImages.Row { ImagePath = bad, Label = "hand" }]);

        _mlContext.MulticlassClassification.Trainers.ClipFineTune(Options).Invoking(t => t.Fit(data))
            .Should().Throw<ImageException>().WithMessage($"*{bad}*");
        using (_mlContext.MulticlassClassification.Trainers.ClipFineTune(Options with { SkipBadImages = true }).Fit(data))
            _messages.Should().Contain(m => m.Contains("1 of 25 training images", StringComparison.Ordinal)).And.Contain(m =>
                m.Contains(bad, StringComparison.Ordinal));
    }

    [Fact]
    public void Fit_OfRowsWithoutALabel_LeavesThemOutAndSaysSo()
    {
        IDataView data = EmojiImages.Keyed(
            _mlContext, [.. EmojiImages.Train, new EmojiImages.Row { ImagePath = "unlabelled.png", Label = "" }]);

        using (_mlContext.MulticlassClassification.Trainers.ClipFineTune(Options).Fit(data))
            _messages.Should().Contain(m => m.Contains("1 of 25 rows have no label", StringComparison.Ordinal));
    }

    [Fact]
    public void Fit_Cancelled_Stops()
    {
        using var cancel = new CancellationTokenSource();
        var stop = StopAfter(3, cancel);
        ClipFineTuneTrainer trainer = _mlContext.MulticlassClassification.Trainers.ClipFineTune(
            Options with { CancellationToken = cancel.Token, Progress = stop });

        trainer.Invoking(t => t.Fit(EmojiImages.Keyed(_mlContext, EmojiImages.Train))).Should().Throw<OperationCanceledException>();
        stop.Values.Should().HaveCount(3);
    }

    [Fact]
    public void Fit_CancelledWithSnapshots_GoesOnAndGivesTheSameModel()
    {
        using var folder = new TemporaryFolder();
        using var cancel = new CancellationTokenSource();
        IDataView data = EmojiImages.Keyed(_mlContext, EmojiImages.Train);
        var trainers = _mlContext.MulticlassClassification.Trainers;
        ClipFineTuneTrainer.Options options = Options with { Snapshots = new() { Directory = folder.At("snapshots") } };
        using ClipClassifierTransformer expected = trainers.ClipFineTune(Options).Fit(data);
        trainers.ClipFineTune(options with { CancellationToken = cancel.Token, Progress = StopAfter(3, cancel) }).Invoking(t => t.Fit(data))
            .Should().Throw<OperationCanceledException>();

        trainers.ClipFineTune(options with { Epochs = 11 }).Invoking(t => t.Fit(data))
            .Should().Throw<CheckpointException>().WithMessage("*Epochs was 10 and is 11*");
        using ClipClassifierTransformer resumed = trainers.ClipFineTune(options).Fit(data);

        _messages.Should().Contain(m => m.Contains("Going on after step 3 of 30", StringComparison.Ordinal));
        AreEqual(resumed, expected).Should().BeTrue();
        Directory.Exists(folder.At("snapshots")).Should().BeFalse();
    }

    [Fact]
    public void Fit_OfImagesInMemory_TrainsLikeOnFiles()
    {
        IDataView files = EmojiImages.Keyed(_mlContext, EmojiImages.Train);
        IDataView images = _mlContext.Transforms.LoadImages("Image", "", "ImagePath").Fit(files).Transform(files);
        var trainers = _mlContext.MulticlassClassification.Trainers;

        using ClipClassifierTransformer fromFiles = trainers.ClipFineTune(Options).Fit(files);
        using ClipClassifierTransformer fromImages = trainers.ClipFineTune(Options with { Columns = new() { ImageColumnName = "Image" } })
            .Fit(images);

        WiseFtPipelineTests.MaxDifference(
            fromImages.Transform(images).GetColumn<float[]>("Score"), fromFiles.Transform(files).GetColumn<float[]>("Score"))
                .Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Fit_OfEncodedBytes_WorksInModelBuildersPipeline()
    {
        IDataView data = EmojiImages.View(
            _mlContext, EmojiImages.Train.Select(r => new ModelInput { Label = r.Label, ImageSource = File.ReadAllBytes(r.ImagePath) }));
        var pipeline = _mlContext.Transforms.Conversion.MapValueToKey(outputColumnName: "Label", inputColumnName: "Label")
            .Append(_mlContext.MulticlassClassification.Trainers.ClipFineTune(
                Options with { Columns = new() { ImageColumnName = "ImageSource" } }))
            .Append(_mlContext.Transforms.Conversion.MapKeyToValue(outputColumnName: "PredictedLabel", inputColumnName: "PredictedLabel"));
        using var model = pipeline.Fit(data);
        using var engine = _mlContext.Model.CreatePredictionEngine<ModelInput, ModelOutput>(
            model, new PredictionEngineOptions { OwnsTransformer = false });
        VBuffer<ReadOnlyMemory<char>> labels = default;
        engine.OutputSchema["Label"].GetKeyValues(ref labels);

        ModelOutput output = engine.Predict(
            new ModelInput { Label = "vehicle", ImageSource = File.ReadAllBytes(EmojiImages.Train[13].ImagePath) });

        labels.DenseValues().Select(l => l.ToString()).Should().Equal(EmojiImages.ClassNames);
        output.PredictedLabel.Should().Be(labels.GetItemOrDefault(Array.IndexOf(output.Score, output.Score.Max())).ToString());
        output.Label.Should().Be(3);
    }

    [Fact]
    public void Fit_WithoutALabelColumn_NamesTheColumns()
    {
        IDataView data = _mlContext.Data.LoadFromEnumerable([new { ImagePath = "a.png", Class = "x" }]);
        ClipFineTuneTrainer trainer = _mlContext.MulticlassClassification.Trainers.ClipFineTune(EmojiImages.ModelPath);

        trainer.Invoking(t => t.Fit(data)).Should().Throw<ArgumentException>().WithMessage("*'Label' among ImagePath, Class*");
        new EstimatorChain<ITransformer>().Append(trainer).Invoking(t => t.Fit(data))
            .Should().Throw<ArgumentException>().WithMessage("*'Label' among*");
    }

    [Fact]
    public void Options_DefaultsAndChecks_AreTheRecipes()
    {
        var options = new ClipFineTuneTrainer.Options { ModelPath = "m" };
        var recipe = new FineTuningOptions();

        options.Training.Should().Be(recipe);
        (options.Epochs, options.LearningRate, options.BatchSize).Should().Be((10, 3e-5, 512));
        FluentActions.Invoking(() => options with { LearningRate = double.NaN })
            .Should().Throw<ArgumentException>().WithMessage("*LearningRate*");
        FluentActions.Invoking(() => options with { Epochs = 0 }).Should().Throw<ArgumentException>().WithMessage("*Epochs*");
        (options with { Training = new() { WeightDecay = 0.2 }, Epochs = 3, Mode = FineTuningMode.LinearClassifier }).Training.Should().Be(
            new FineTuningOptions { WeightDecay = 0.2, Epochs = 3, Mode = FineTuningMode.LinearClassifier });
    }

    [Fact]
    public void WiseFtOptions_EverySetting_ReachesFineTuning()
    {
        using var cancel = new CancellationTokenSource();
        var whole = new WiseFtEstimator.Options
        {
            ModelPath = "m",
            Training = new() { WeightDecay = 0.2 },
            Head = new() { CacheDirectory = "heads" },
            Columns = new() { ImageColumnName = "Image" },
            ExampleWeightColumnName = "Weight",
            ValidationSet = EmojiImages.View(_mlContext, EmojiImages.Test),
            Scoring = new() { BatchSize = 5 },
            Snapshots = new() { Directory = "c" },
            SkipBadImages = true,
            Device = "cpu",
            Progress = new Reported<FineTuningStep>(),
            CancellationToken = cancel.Token,
        };
        PropertyInfo[] settings = typeof(ClipFineTuneTrainer.Options).GetProperties();

        foreach (PropertyInfo setting in settings.Where(s => typeof(WiseFtEstimator.Options).GetProperty(s.Name) is not null))
            setting.GetValue(whole.FineTuning)
                .Should().NotBe(setting.GetValue(new ClipFineTuneTrainer.Options { ModelPath = "other" }), setting.Name)
                .And.Be(typeof(WiseFtEstimator.Options).GetProperty(setting.Name)!.GetValue(whole));
    }

    [Theory]
    [InlineData(7, null, 7), InlineData(7, 5, 5), InlineData(7, 0, 0), InlineData(null, null, 0)]
    public void Fit_Seed_IsTheOptionsElseTheContexts(int? contexts, int? given, int expected)
    {
        var context = new MLContext(contexts);
        FineTuningOptions training = Options.Training with { Epochs = 1 };
        FineTuningOptions seeded = given is int seed ? training with { Seed = seed } : training;

        using ClipClassifierTransformer fitted = Fit(context, seeded), same = Fit(new MLContext(), training with { Seed = expected }),
            other = Fit(new MLContext(), training with { Seed = 11 });

        AreEqual(fitted, same).Should().BeTrue();
        AreEqual(fitted, other).Should().BeFalse("the seed decides");

        ClipClassifierTransformer Fit(MLContext ml, FineTuningOptions recipe) =>
            ml.MulticlassClassification.Trainers.ClipFineTune(Options with { Training = recipe })
                .Fit(EmojiImages.Keyed(ml, EmojiImages.Train));
    }

    private static bool AreEqual(ClipClassifierTransformer first, ClipClassifierTransformer second) =>
        first.Scorer.Model.Use(a => second.Scorer.Model.Use(b => a.Weights.All(w => WeightSpace.AreEqual(w.Value, b.Weights[w.Key]))));

    private static Reported<FineTuningStep> StopAfter(int steps, CancellationTokenSource cancel) =>
        new(step => { if (step.Step == steps - 1) cancel.Cancel(); });

    private sealed class ModelInput
    {
        public string Label { get; set; } = "";

        public byte[] ImageSource { get; set; } = [];
    }

    private sealed class ModelOutput
    {
        public uint Label { get; set; }

        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace WiseFt.ML.Tests;

public sealed class ExampleWeightTests
{
    private readonly MLContext _mlContext = new(seed: 1);

    private static ClipFineTuneTrainer.Options Options => new()
    {
        ModelPath = EmojiImages.ModelPath,
        Head = new() { Templates = PromptTemplates.Simple },
        ExampleWeightColumnName = "Weight",
        Mode = FineTuningMode.LinearClassifier,
        Epochs = 2,
        BatchSize = 8,
        LearningRate = 1e-2,
    };

    [Fact]
    public void Fit_WithWeightsOfRowsAndClasses_IsTheCoresFineTuning()
    {
        FineTuningOptions recipe = Options.Training with { ClassWeights = ClassWeights.Balanced };
        using ClipModel clip = ClipModel.Load(EmojiImages.ModelPath);
        using ImageClassifier zeroShot = ZeroShotHead.Build(clip, EmojiImages.ClassNames, PromptTemplates.Simple);
        WeightedRow[] rows = Rows(i => i % 4);
        var training = new LabelledImages(
            EmojiImages.ClassNames, [.. rows.Select(r => ImageSource.FromFile(r.ImagePath))],
            [.. rows.Select(r => Array.IndexOf(EmojiImages.ClassNames, r.Label))])
        {
            ExampleWeights = [.. rows.Select(r => r.Weight)],
        };
        using ImageClassifier expected = FineTuner.Run(zeroShot, training, recipe with { Seed = 1 });

        using ClipClassifierTransformer model = _mlContext.MulticlassClassification.Trainers
            .ClipFineTune(Options with { Training = recipe }).Fit(Keyed(rows));
        using WiseFtTransformer mixture = _mlContext.Transforms.WiseFt(new WiseFtEstimator.Options
        {
            ModelPath = EmojiImages.ModelPath,
            Head = Options.Head,
            Training = recipe,
            ExampleWeightColumnName = "Weight",
            Alpha = 1,
        }).Fit(Keyed(rows));

        model.Scorer.Model.Use(m => m.Weights.All(w => WeightSpace.AreEqual(w.Value, expected.Weights[w.Key]))).Should().BeTrue();
        WiseFtPipelineTests.MaxDifference(
            mixture.Transform(Keyed(rows)).GetColumn<float[]>("Score"), model.Transform(Keyed(rows)).GetColumn<float[]>("Score"))
            .Should().BeLessThan(1e-6);
    }

    [Theory, InlineData(float.NaN), InlineData(-0.5f), InlineData(float.PositiveInfinity)]
    public void Fit_OfAWeightThatIsNone_NamesTheImage(float weight)
    {
        WeightedRow[] rows = Rows(i => i == 3 ? weight : 1);

        _mlContext.MulticlassClassification.Trainers.ClipFineTune(Options).Invoking(t => t.Fit(Keyed(rows)))
            .Should().Throw<ArgumentException>().WithMessage($"Image 3 ({rows[3].ImagePath}) weighs *");
    }

    [Fact]
    public void Fit_WithoutTheColumnOrOfAnotherType_SaysWhatIsExpected()
    {
        IDataView data = Keyed(Rows(_ => 1));
        ClipFineTuneTrainer missing = _mlContext.MulticlassClassification.Trainers
            .ClipFineTune(Options with { ExampleWeightColumnName = "Importance" });
        IDataView doubles = _mlContext.Transforms.Conversion.ConvertType("Weight", outputKind: DataKind.Double).Fit(data).Transform(data);
        ClipFineTuneTrainer trainer = _mlContext.MulticlassClassification.Trainers.ClipFineTune(Options);

        missing.Invoking(t => t.Fit(data)).Should().Throw<ArgumentException>().WithMessage("*'Importance' among ImagePath, Label*");
        new EstimatorChain<ITransformer>().Append(missing).Invoking(t => t.Fit(data))
            .Should().Throw<ArgumentException>().WithMessage("*'Importance' among*");
        trainer.Invoking(t => t.Fit(doubles)).Should().Throw<ArgumentException>().WithMessage("*Double*ConvertType(\"Weight\")*");
        new EstimatorChain<ITransformer>().Append(trainer).Invoking(t => t.Fit(doubles))
            .Should().Throw<ArgumentException>().WithMessage("*ConvertType(\"Weight\")*");
    }

    private static WeightedRow[] Rows(Func<int, float> weight) =>
        [.. EmojiImages.Train.Select((r, i) => new WeightedRow { ImagePath = r.ImagePath, Label = r.Label, Weight = weight(i) })];

    private IDataView Keyed(WeightedRow[] rows)
    {
        IDataView view = EmojiImages.View(_mlContext, rows);
        return _mlContext.Transforms.Conversion.MapValueToKey(
            "Label", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(view).Transform(view);
    }

    private sealed class WeightedRow
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";

        public float Weight { get; set; }
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.Evaluation;
using WiseFt.ML;

namespace WiseFt.ML.Tests;

public sealed class WiseFtPipelineTests(FittedMixture fitted) : IClassFixture<FittedMixture>
{
    private readonly MLContext _mlContext = fitted.Context;

    [Fact]
    public void Transform_AddsAnnotatedScoresAndPredictedLabel()
    {
        DataViewSchema schema = fitted.Model.Transform(fitted.Test).Schema;
        VBuffer<ReadOnlyMemory<char>> slots = default;
        schema["Score"].GetSlotNames(ref slots);

        schema["Score"].Type.Should().Be(new VectorDataViewType(NumberDataViewType.Single, 4));
        slots.DenseValues().Select(s => s.ToString()).Should().Equal(EmojiImages.ClassNames);
        schema["Score"].Annotations.Schema.Select(c => c.Name)
            .Should().BeEquivalentTo("SlotNames", "TrainingLabelValues", "ScoreColumnSetId", "ScoreColumnKind", "ScoreValueKind");
        Text(schema["Score"], "ScoreColumnKind").Should().Be("MulticlassClassification");
        Text(schema["Score"], "ScoreValueKind").Should().Be("Score");
        schema["PredictedLabel"].Type.Should().Be(TextDataViewType.Instance, "MapKeyToValue found the key values");
        schema["Label"].HasKeyValues().Should().BeTrue("generated code reads the classes there");
    }

    [Fact]
    public void Transform_ScoresAreProbabilitiesInRowOrder()
    {
        IDataView scored = fitted.Model.Transform(fitted.Test);
        float[][] scores = fitted.Scores(fitted.Model);
        string[] predicted = [.. scored.GetColumn<string>("PredictedLabel")];

        scores.Should().HaveCount(EmojiImages.Test.Length).And.OnlyContain(s => Math.Abs(s.Sum() - 1) < 1e-5 && s.All(p => p >= 0));
        predicted.Should().Equal(scores.Select(s => EmojiImages.ClassNames[Array.IndexOf(s, s.Max())]));
        scored.GetColumn<string>("ImagePath").Should().Equal(EmojiImages.Test.Select(r => r.ImagePath));
    }

    [Fact]
    public void GetOutputSchema_OfModelAndEstimator_AgreeWithTransform()
    {
        DataViewSchema transformed = fitted.Model.Transform(fitted.Test).Schema,
        promised = fitted.Model.GetOutputSchema(fitted.Test.Schema);
        SchemaShape shape = fitted.Pipeline(_mlContext).GetOutputSchema(RowShape());

        promised.Select(c => (c.Name, c.Type.ToString())).Should().Equal(transformed.Select(c => (c.Name, c.Type.ToString())));
        shape.Select(c => c.Name).Should().BeEquivalentTo(transformed.Where(c => !c.IsHidden).Select(c => c.Name));
        SchemaShape.Column score = shape.Single(c => c.Name == "Score");
        (score.Kind, score.ItemType).Should().Be((SchemaShape.Column.VectorKind.Vector, (DataViewType)NumberDataViewType.Single));
        score.Annotations.Select(a => a.Name).Should().BeEquivalentTo(transformed["Score"].Annotations.Schema.Select(a => a.Name));
    }

    [Fact]
    public void Evaluate_OfMLNet_GivesTheAccuracyOfTheReport()
    {
        IDataView scored = fitted.Mixture.Transform(
            _mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(fitted.Test).Transform(fitted.Test));
        MulticlassClassificationMetrics metrics = _mlContext.MulticlassClassification.Evaluate(scored);

        RobustnessReport report = _mlContext.MulticlassClassification.EvaluateRobustness(
            fitted.Mixture, reference: fitted.Test, shifts: new() { ["twemoji"] = EmojiImages.View(_mlContext, EmojiImages.Shift) },
            alphas: [0, 0.5, 1]);

        report.At(0.5).Reference.Should().BeApproximately(metrics.MicroAccuracy, 1e-12);
        report.Sets.Select(s => (s.Name, s.Count)).Should().Equal(("reference", 20), ("twemoji", 16));
        report.ClassNames.Should().Equal(EmojiImages.ClassNames);
        metrics.ConfusionMatrix.GetFormattedConfusionTable().Should().Contain("mammal");
    }

    [Fact]
    public void EvaluateRobustness_OfTheWholePipeline_AppliesWhatComesBefore()
    {
        RobustnessReport ofChain = _mlContext.MulticlassClassification.EvaluateRobustness(fitted.Model, fitted.Test, alphas: [0.5]);
        RobustnessReport ofPart = _mlContext.MulticlassClassification.EvaluateRobustness(fitted.Mixture, fitted.Test, alphas: [0.5]);

        ofChain.Results[0].Predictions[0].Classes.Should().Equal(ofPart.Results[0].Predictions[0].Classes);
    }

    [Fact]
    public void EvaluateRobustness_OfImages_GivesWhatRowsGive_AndMapsClasses()
    {
        LabelledImages test = Images(EmojiImages.Test, EmojiImages.ClassNames), shift = Images(EmojiImages.Shift, EmojiImages.ClassNames);
        ClassMapping mapping = ClassMapping.Parse(
            """{"name": "limbs", "classes": [{"name": "limb", "reference": ["hand"]}, {"name": "other", "reference": ["mammal", "vehicle", "weather"]}]}""");
        LabelledImages mapped = Images([.. EmojiImages.Shift.Select(r =>
            new EmojiImages.Row { ImagePath = r.ImagePath, Label = r.Label == "hand" ? "limb" : "other" })], ["limb", "other"]);

        RobustnessReport ofRows = _mlContext.MulticlassClassification.EvaluateRobustness(
            fitted.Mixture, fitted.Test, new() { ["twemoji"] = EmojiImages.View(_mlContext, EmojiImages.Shift) }, alphas: [0, 0.5, 1]);
        RobustnessReport ofImages = _mlContext.MulticlassClassification.EvaluateRobustness(
            fitted.Model, test, [new("twemoji", shift), new("limbs", mapped, mapping)], new() { Alphas = [0, 0.5, 1] }, progress: null,
            CancellationToken.None);

        for (int set = 0; set < 2; set++)
            ofImages.At(0.5).Predictions[set].Classes.Should().Equal(ofRows.At(0.5).Predictions[set].Classes);
        ofImages.At(0.5).Predictions[2].Classes.Should().OnlyContain(c => c < 2, "a mapped set answers for its own classes");
    }

    [Fact]
    public void PredictionEngine_OnEachRow_GivesTheBatchedScores()
    {
        using var engine = Engine(fitted.Model);

        EmojiImages.Prediction[] predictions = [.. EmojiImages.Test.Select(row => engine.Predict(row))];

        MaxDifference(predictions.Select(p => p.Score), fitted.Scores(fitted.Model)).Should().BeLessThan(1e-5);
        predictions.Select(p => p.PredictedLabel).Should().Equal(fitted.Model.Transform(fitted.Test).GetColumn<string>("PredictedLabel"));
    }

    [Fact]
    public void Load_InAFreshContext_GivesTheSameScoresAndOtherAlphas()
    {
        using TransformerChain<ITransformer> loaded = SaveAndLoad(fitted.Model);
        using WiseFtTransformer before = fitted.Mixture.WithAlpha(0.25), after = WiseFtTransformer.FindIn(loaded).WithAlpha(0.25);

        fitted.Scores(loaded).Should().BeEquivalentTo(fitted.Scores(fitted.Model), o => o.WithStrictOrdering());
        fitted.Scores(after).Should().BeEquivalentTo(fitted.Scores(before), o => o.WithStrictOrdering());
        WiseFtTransformer.FindIn(loaded).Alpha.Should().Be(0.5);
    }

    [Fact]
    public void Load_InAFreshProcess_NeedsNothingRegistered()
    {
        using var folder = new TemporaryFolder();
        string path = folder.At("model.zip");
        _mlContext.Model.Save(fitted.Model, fitted.Test.Schema, path);

        var (label, score) = LoadProbe.Run(path, EmojiImages.Test[7].ImagePath);

        using var engine = Engine(fitted.Model);
        EmojiImages.Prediction expected = engine.Predict(EmojiImages.Test[7]);
        label.Should().Be(expected.PredictedLabel);
        MaxDifference([score], [expected.Score]).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void Transform_FromSeveralThreadsAtOnce_GivesTheSameScores()
    {
        float[][] expected = fitted.Scores(fitted.Model);

        float[][][] all = [.. Enumerable.Range(0, 4).AsParallel().WithDegreeOfParallelism(4).Select(_ => fitted.Scores(fitted.Model))];

        all.Should().OnlyContain(scores => MaxDifference(scores, expected) < 1e-5);
    }

    [Fact]
    public void Preview_AndTransformsBehind_Work()
    {
        var behind = _mlContext.Transforms.CopyColumns("Probabilities", "Score").Fit(fitted.Model.Transform(fitted.Test));

        fitted.Model.Append(behind).Transform(fitted.Test).Preview(maxRows: 3).RowView.Should().HaveCount(3);
    }

    [Fact]
    public void Transform_OfBytesAndOfImages_GivesTheScoresOfPaths()
    {
        float[][] expected = fitted.Scores(fitted.Mixture);
        var bytes = EmojiImages.View(_mlContext, EmojiImages.Test.Select(r => new BytesRow { ImagePath = File.ReadAllBytes(r.ImagePath) }));
        var images = _mlContext.Transforms.LoadImages("ImagePath", "", "ImagePath").Fit(fitted.Test).Transform(fitted.Test);

        MaxDifference(fitted.Mixture.Transform(bytes).GetColumn<float[]>("Score"), expected).Should().BeLessThan(1e-6);
        MaxDifference(fitted.Mixture.Transform(images).GetColumn<float[]>("Score"), expected).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void Transform_OfLabelsInAnotherOrder_ListsBothOrders()
    {
        IDataView reversed = EmojiImages.View(_mlContext, EmojiImages.Test.Reverse());
        IDataView keyed = _mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(reversed).Transform(reversed);

        fitted.Mixture.Invoking(m => m.Transform(keyed)).Should().Throw<ArgumentException>()
            .WithMessage("*[weather, vehicle, mammal, hand]*[hand, mammal, vehicle, weather]*keyData*");
    }

    [Fact]
    public void Transform_OfAFileThatIsNoImage_NamesIt()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("empty.png", "").At("empty.png");
        IDataView data = EmojiImages.View(_mlContext, [EmojiImages.Test[0], new EmojiImages.Row { ImagePath = path, Label = "hand" }]);

        fitted.Model.Invoking(m => m.Transform(data).GetColumn<float[]>("Score").Count())
            .Should().Throw<ImageException>().WithMessage($"*{path}*");
    }

    [Fact]
    public void Transform_WithoutTheImageColumn_NamesTheColumns()
    {
        IDataView data = _mlContext.Data.LoadFromEnumerable([new { Label = "hand", Picture = "a.png" }]);

        fitted.Mixture.Invoking(m => m.Transform(data))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*'ImagePath' among Label, Picture*");
    }

    [Fact]
    public void Fit_TellsItsStepsAndEpochs()
    {
        fitted.Steps.Select(s => s.Step).Should().Equal(0, 1, 2, 3, 4, 5);
        fitted.Log.Should().Contain(m => m.Contains("Epoch 1 of 2", StringComparison.Ordinal))
            .And.Contain(m => m.Contains("Epoch 2 of 2", StringComparison.Ordinal));
    }

    internal static double MaxDifference(IEnumerable<float[]> left, IEnumerable<float[]> right) =>
        left.Zip(right, (l, r) => l.Zip(r, (x, y) => Math.Abs((double)x - y)).Max()).Max();

    private static string Text(DataViewSchema.Column column, string kind)
    {
        ReadOnlyMemory<char> text = default;
        column.Annotations.GetValue(kind, ref text);
        return text.ToString();
    }

    /// <summary>The shape of data with the columns of <see cref="EmojiImages.Row"/>.</summary>
    private SchemaShape RowShape() =>
        _mlContext.Transforms.CustomMapping<object, EmojiImages.Row>((_, _) => { }, null).GetOutputSchema(new SchemaShape([]));

    private PredictionEngine<EmojiImages.Row, EmojiImages.Prediction> Engine(ITransformer model) =>
        _mlContext.Model.CreatePredictionEngine<EmojiImages.Row, EmojiImages.Prediction>(
            model, new PredictionEngineOptions { OwnsTransformer = false });

    private TransformerChain<ITransformer> SaveAndLoad(ITransformer model)
    {
        using var stream = new MemoryStream();
        _mlContext.Model.Save(model, fitted.Test.Schema, stream);
        return (TransformerChain<ITransformer>)new MLContext().Model.Load(stream, out _);
    }

    private sealed class BytesRow
    {
        public byte[] ImagePath { get; set; } = [];
    }

    private static LabelledImages Images(EmojiImages.Row[] rows, string[] classNames) =>
        new(classNames, [.. rows.Select(r => ImageSource.FromFile(r.ImagePath))], [.. rows.Select(r =>
            Array.IndexOf(classNames, r.Label))]);
}

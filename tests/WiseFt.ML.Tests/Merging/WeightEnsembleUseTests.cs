using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.ML;

namespace WiseFt.ML.Tests;

/// <summary>A weight ensemble where WiSE-FT models are used: pipelines, ONNX, evaluation, serving; and what is refused.</summary>
public sealed class WeightEnsembleUseTests : IClassFixture<ThreeModels>
{
    private readonly ThreeModels _models;
    private readonly MLContext _mlContext;

    public WeightEnsembleUseTests(ThreeModels models) => (_models, _mlContext) = (models, models.Context);

    private WeightEnsembleEstimator.Options Options => new() { Method = MergeMethod.Ties, BaseModel = _models.ZeroShot };

    [Fact]
    public void Pipeline_FromTextLabelsToTextPredictions_ScoresLoadsAndPredicts()
    {
        IDataView train = EmojiImages.View(_mlContext, EmojiImages.Train), test = EmojiImages.View(_mlContext, EmojiImages.Test);
        using var chain = _mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(_mlContext.Transforms.WeightEnsemble(Options, _models.First, _models.Second))
            .Append(_mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(train);
        using var stream = new MemoryStream();
        _mlContext.Model.Save(chain, test.Schema, stream);

        ITransformer loaded = new MLContext().Model.Load(stream, out _);
        using var owned = (IDisposable)loaded;

        WeightEnsembleTransformer found = WeightEnsembleTransformer.FindIn(loaded);
        found.ClassNames.Should().Equal(EmojiImages.ClassNames);
        string[] predicted = [.. loaded.Transform(test).GetColumn<string>("PredictedLabel")];
        predicted.Should().Equal(chain.Transform(test).GetColumn<string>("PredictedLabel"))
            .And.OnlyContain(l => EmojiImages.ClassNames.Contains(l));
        using var engine = _mlContext.Model.CreatePredictionEngine<EmojiImages.Row, EmojiImages.Prediction>(loaded);
        EmojiImages.Test.Select(row => engine.Predict(row).PredictedLabel).Should().Equal(predicted);
        _mlContext.MulticlassClassification.Evaluate(chain.Transform(test)).ConfusionMatrix.NumberOfClasses.Should().Be(4);
    }

    [Fact]
    public void WeightEnsemble_OfChains_TakesTheOneClassifierOfEach()
    {
        IDataView data = EmojiImages.View(_mlContext, EmojiImages.Train);
        using var chain = _mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(_mlContext.Transforms.ClipZeroShot(EmojiImages.ModelPath, templates: PromptTemplates.Simple)).Fit(data);

        using WeightEnsembleTransformer ensemble =
            _mlContext.Transforms.WeightEnsemble(Options with { BaseModel = chain }, _models.First, _models.Second).Fit(_models.Train);
        using WeightEnsembleTransformer expected =
            _mlContext.Transforms.WeightEnsemble(Options, _models.First, _models.Second).Fit(_models.Train);

        _models.Scores(ensemble).Should().BeEquivalentTo(_models.Scores(expected), o => o.WithStrictOrdering());
        _mlContext.Invoking(c => c.Transforms.WeightEnsemble(Options, c.Transforms.CopyColumns("A", "ImagePath").Fit(_models.Train)))
            .Should().Throw<ArgumentException>().WithMessage("*0 CLIP classifiers*");
    }

    [Fact]
    public void ConvertToOnnx_OfAnEnsemble_WritesItsClassifier()
    {
        using var folder = new TemporaryFolder();
        using WeightEnsembleTransformer ensemble =
            _mlContext.Transforms.WeightEnsemble(Options, _models.First, _models.Second).Fit(_models.Train);
        ensemble.SaveClassifier(folder.At("ensemble.safetensors"));
        using ImageClassifier classifier = ImageClassifier.Load(folder.At("ensemble.safetensors"));

        _mlContext.Model.ConvertToOnnx(ensemble, folder.At("ensemble.onnx"));
        WiseFt.Onnx.OnnxExporter.Export(classifier, folder.At("classifier.onnx"), null);

        File.ReadAllBytes(folder.At("ensemble.onnx")).Should().Equal(File.ReadAllBytes(folder.At("classifier.onnx")));
    }

    [Fact]
    public void EvaluateRobustness_OfAnEnsemble_GoesFromItsBaseToItself()
    {
        using WeightEnsembleTransformer ensemble =
            _mlContext.Transforms.WeightEnsemble(Options with { Alpha = 0.3 }, _models.First, _models.Second).Fit(_models.Train);

        RobustnessReport report = _mlContext.MulticlassClassification.EvaluateRobustness(ensemble, _models.Test, alphas: [0, 1]);

        using WeightEnsembleTransformer whole = ensemble.WithAlpha(1);
        report.At(0).Reference.Should().Be(Accuracy(_models.ZeroShot));
        report.At(1).Reference.Should().Be(Accuracy(whole));
    }

    [Fact]
    public async Task Pool_OfAnEnsemble_ServesItAtEveryAlpha()
    {
        using var folder = new TemporaryFolder();
        using WeightEnsembleTransformer ensemble =
            _mlContext.Transforms.WeightEnsemble(Options, _models.First, _models.Second).Fit(_models.Train);
        _mlContext.Model.Save(ensemble, _models.Train.Schema, folder.At("model.zip"));
        using var pool = new WiseFtPool(folder.At("model.zip"));
        byte[] image = File.ReadAllBytes(EmojiImages.Test[0].ImagePath);

        var served = (PoolPrediction)await pool.PredictAsync(image);
        pool.SetAlpha(0);
        var zeroShot = (PoolPrediction)await pool.PredictAsync(image);

        (served.Alpha, zeroShot.Alpha, pool.HasEndPoints).Should().Be((1, 0, true));
        served.Scores.Max(s => s.Probability).Should().BeApproximately(_models.Scores(ensemble)[0].Max(), 1e-5f);
        zeroShot.Scores.Max(s => s.Probability).Should().BeApproximately(_models.Scores(_models.ZeroShot)[0].Max(), 1e-5f);
    }

    [Fact]
    public void WeightEnsemble_WithoutABase_MixesWithNone()
    {
        WeightEnsembleEstimator.Options options = new();

        using WeightEnsembleTransformer mean = _mlContext.Transforms.WeightEnsemble(options, _models.First).Fit(_models.Train);

        mean.Invoking(m => m.WithAlpha(0.5)).Should().Throw<InvalidOperationException>().WithMessage("*no base*BaseModel*");
        _mlContext.Invoking(c => c.Transforms.WeightEnsemble(options with { Alpha = 0.5 }, _models.First).Fit(_models.Train))
            .Should().Throw<ArgumentException>().WithMessage("*no base*");
        _mlContext.Invoking(c => c.Transforms.WeightEnsemble(options with { Method = MergeMethod.Ties }, _models.First))
            .Should().Throw<ArgumentException>().WithMessage("*ties needs a base*");
        _mlContext.Invoking(c => c.MulticlassClassification.EvaluateRobustness(mean, _models.Test))
            .Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void WeightEnsemble_OfOtherClasses_ListsBoth()
    {
        var options = new ClipZeroShotEstimator.Options
        {
            ModelPath = EmojiImages.ModelPath,
            Columns = new() { LabelColumnName = null },
            Head = new() { ClassNames = ["weather", "vehicle", "mammal", "hand"], Templates = PromptTemplates.Simple },
        };
        using ClipClassifierTransformer other = _mlContext.Transforms.ClipZeroShot(options).Fit(_models.Train);

        _mlContext.Invoking(c => c.Transforms.WeightEnsemble(new(), _models.First, other).Fit(_models.Train))
            .Should().Throw<ArgumentException>()
            .WithMessage("*'model 1'*[hand, mammal, vehicle, weather]*'model 2'*[weather, vehicle, mammal, hand]*");
    }

    [Fact]
    public void WeightEnsemble_RecipesThatLookAtImages_SayTheOtherWay()
    {
        var recipe = new MergeRecipe { Method = MergeMethod.TaskArithmetic, BaseModel = "base", Models = [new("a")], Search = new() };
        var named = new Dictionary<string, ITransformer> { ["base"] = _models.ZeroShot, ["a"] = _models.First };

        _mlContext.Invoking(c => c.Transforms.WeightEnsemble(recipe))
            .Should().Throw<ArgumentException>().WithMessage("*search*AlphaSelection*");
        _mlContext.Invoking(c => c.Transforms.WeightEnsemble(recipe, named))
            .Should().Throw<ArgumentException>().WithMessage("*AlphaSelection*");
        _mlContext.Invoking(c => c.Transforms.WeightEnsemble(new() { Method = MergeMethod.GreedySoup }, _models.First))
            .Should().Throw<ArgumentException>().WithMessage("*ModelSoup*");
        _mlContext.Invoking(c => c.Transforms.WeightEnsemble(recipe with { Search = null, Models = [new("b")] }, named))
            .Should().Throw<KeyNotFoundException>().WithMessage("*'b'*'base', 'a'*");
    }

    [Fact]
    public void WeightEnsemble_ARecipeThatEvaluates_IsFollowedOnDisk()
    {
        using var folder = new TemporaryFolder();
        _models.ZeroShot.SaveClassifier(folder.At("zeroshot.safetensors"));
        _models.First.SaveClassifier(folder.At("first.safetensors"));
        foreach (EmojiImages.Row row in EmojiImages.Test)
            folder.Write(Path.Combine("images", row.Label, Path.GetFileName(row.ImagePath)), File.ReadAllBytes(row.ImagePath));
        var recipe = new MergeRecipe
        {
            Method = MergeMethod.TaskArithmetic,
            Parameters = new() { Lambda = 0.5 },
            BaseModel = folder.At("zeroshot.safetensors"),
            Models = [new(folder.At("first.safetensors"))],
        };
        MergeRecipe evaluated = recipe with { Evaluate = new() { Reference = folder.At("images") } };
        using WeightEnsembleTransformer plain = _mlContext.Transforms.WeightEnsemble(recipe).Fit(_models.Train);

        using WeightEnsembleTransformer onDisk = _mlContext.Transforms.WeightEnsemble(evaluated).Fit(_models.Train);
        using WeightEnsembleTransformer none = onDisk.WithAlpha(0);

        _models.Scores(onDisk).Should().BeEquivalentTo(_models.Scores(plain), o => o.WithStrictOrdering());
        _models.Scores(none).Should().BeEquivalentTo(_models.Scores(_models.ZeroShot), o => o.WithStrictOrdering());
        onDisk.Recipe.Models.Should().ContainSingle().Which.Model.Should().Be("merged");
    }

    private double Accuracy(ITransformer model) =>
        _mlContext.MulticlassClassification.Evaluate(model.Transform(_models.Test)).MicroAccuracy;
}

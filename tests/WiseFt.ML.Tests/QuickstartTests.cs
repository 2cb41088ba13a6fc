using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.ML;

namespace WiseFt.ML.Tests;

/// <summary>The documentation's programs (docs/mlnet.md), as they stand there but for the paths.</summary>
public sealed class QuickstartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public QuickstartTests()
    {
        Copy(EmojiImages.Train, "train");
        Copy(EmojiImages.Test, "test");
        Copy(EmojiImages.Shift, "sketch");
    }

    [Fact]
    public void WholeMethod()
    {
        var mlContext = new MLContext(seed: 1);
        IDataView train = mlContext.Data.LoadImageFolder(_folder.At("train"));
        IDataView test = mlContext.Data.LoadImageFolder(_folder.At("test"));

        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.WiseFt(modelPath: EmojiImages.ModelPath, alpha: 0.5))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        using var model = pipeline.Fit(train);

        var metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(test));
        mlContext.Model.Save(model, train.Schema, _folder.At("model.zip"));
        ITransformer loaded = new MLContext().Model.Load(_folder.At("model.zip"), out _);
        using var engine = mlContext.Model.CreatePredictionEngine<EmojiImages.Row, EmojiImages.Prediction>(loaded);
        EmojiImages.Prediction prediction = engine.Predict(EmojiImages.Test[0]);

        metrics.MicroAccuracy.Should().BeGreaterThan(0.5, "chance is a quarter");
        prediction.Score.Sum().Should().BeApproximately(1, 1e-5f);
        EmojiImages.ClassNames.Should().Contain(prediction.PredictedLabel);
    }

    [Fact]
    public void Parts()
    {
        var mlContext = new MLContext(seed: 1);
        string modelPath = EmojiImages.ModelPath;
        IDataView raw = mlContext.Data.LoadImageFolder(_folder.At("train")), test = mlContext.Data.LoadImageFolder(_folder.At("test"));
        IDataView sketch = mlContext.Data.LoadImageFolder(_folder.At("sketch"));
        IDataView train = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(raw).Transform(raw);

        using var zeroShot = mlContext.Transforms.ClipZeroShot(modelPath, labelColumnName: "Label", imageColumnName: "ImagePath",
            templates: PromptTemplates.ImageNet).Fit(train);
        using var embedding = mlContext.Transforms.ClipImageEmbedding(outputColumnName: "Features", inputColumnName: "ImagePath", modelPath)
            .Fit(train);
        using var fineTuned = mlContext.MulticlassClassification.Trainers.ClipFineTune(new ClipFineTuneTrainer.Options
        {
            ModelPath = modelPath, Mode = FineTuningMode.EndToEnd, Epochs = 2, LearningRate = 3e-5, BatchSize = 512
        }).Fit(train);
        using WiseFtTransformer wiseFt = mlContext.Transforms.WiseFt(zeroShot, fineTuned, alpha: 0.5).Fit(train);

        using WiseFtTransformer at70 = wiseFt.WithAlpha(0.7);

        RobustnessReport report = mlContext.MulticlassClassification.EvaluateRobustness(wiseFt, reference: test,
            shifts: new() { ["sketch"] = sketch }, alphas: AlphaGrid.Tenths);
        report.ToString().Should().Contain("sketch");
        report.Results.Should().HaveCount(11);
        at70.Alpha.Should().Be(0.7);
        embedding.EmbeddingDimension.Should().BePositive();
    }

    public void Dispose() => _folder.Dispose();

    private void Copy(EmojiImages.Row[] rows, string set)
    {
        foreach (EmojiImages.Row row in rows)
        {
            string folder = Directory.CreateDirectory(Path.Combine(_folder.At(set), row.Label)).FullName;
            File.Copy(row.ImagePath, Path.Combine(folder, Path.GetFileName(row.ImagePath)));
        }
    }
}

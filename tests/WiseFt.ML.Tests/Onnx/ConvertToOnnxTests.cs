using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TorchSharp;
using WiseFt.Images;
using WiseFt.Onnx;
using static WiseFt.ML.Tests.OnnxModelRun;

namespace WiseFt.ML.Tests;

/// <summary><c>mlContext.Model.ConvertToOnnx</c>: the file scores as the model does.</summary>
public sealed class ConvertToOnnxTests(FittedMixture fitted) : IClassFixture<FittedMixture>
{
    private readonly MLContext _mlContext = new(seed: 1);

    [Fact]
    public void ConvertToOnnx_OfAPipelineWithAMixture_ScoresAsTransformDoes()
    {
        using var folder = new TemporaryFolder();
        string file = folder.At("model.onnx");
        _mlContext.Model.ConvertToOnnx(fitted.Model, file);
        RequireSameScores(fitted.Model, fitted.Mixture, file);
    }

    [Theory]
    [InlineData("hf-quickgelu")] // ViT
    [InlineData("openai-resnet/model.pt")]
    public void ConvertToOnnx_OfEachArchitecture_ScoresAsTransformDoes(string clip)
    {
        IDataView data = EmojiImages.Keyed(_mlContext, EmojiImages.Test);
        using ClipClassifierTransformer model =
            _mlContext.Transforms.ClipZeroShot(Fixtures.Path("models/" + clip), templates: PromptTemplates.Simple).Fit(data);
        using var folder = new TemporaryFolder();
        string file = folder.At("model.onnx");
        _mlContext.Model.ConvertToOnnx(model, file);
        RequireSameScores(model, model, file);
    }

    [Fact]
    public void ConvertToOnnx_OfAFineTunedModelIntoAStream_WritesTheExportersBytesAndLeavesItOpen()
    {
        IDataView data = EmojiImages.Keyed(_mlContext, EmojiImages.Train);
        using ClipClassifierTransformer model = _mlContext.MulticlassClassification.Trainers.ClipFineTune(
            new ClipFineTuneTrainer.Options { ModelPath = EmojiImages.ModelPath, Mode = FineTuningMode.LinearClassifier, Epochs = 1 })
                .Fit(data);
        var options = new OnnxExportOptions { ImageInput = OnnxImageInput.RgbBytes, Precision = OnnxPrecision.Float16 };
        using var folder = new TemporaryFolder();
        string file = folder.At("model.onnx");
        using var stream = new MemoryStream();

        _mlContext.Model.ConvertToOnnx(model, stream, options);

        model.Scorer.Model.Use(classifier =>
        {
            OnnxExporter.Export(classifier, file, options);
            return classifier;
        });
        stream.CanWrite.Should().BeTrue();
        stream.ToArray().AsSpan().SequenceEqual(File.ReadAllBytes(file)).Should().BeTrue();
    }

    [Fact]
    public void ConvertToOnnx_WithStepsBehindThatLeaveTheScores_Passes()
    {
        IDataView scored = fitted.Model.Transform(fitted.Test);
        ITransformer behind = _mlContext.Transforms.CopyColumns("Probabilities", "Score")
            .Append(_mlContext.Transforms.NormalizeMinMax("Probabilities"))
            .Append(_mlContext.Transforms.SelectColumns("Score", "PredictedLabel")).Fit(scored);
        using var stream = new MemoryStream();

        _mlContext.Model.ConvertToOnnx(new TransformerChain<ITransformer>(fitted.Model, behind), stream);

        stream.Length.Should().BeGreaterThan(1_000_000);
    }

    [Fact]
    public void ConvertToOnnx_WithAStepBehindThatReplacesTheScores_NamesIt()
    {
        IDataView scored = fitted.Model.Transform(fitted.Test);
        ITransformer normaliser = _mlContext.Transforms.NormalizeMinMax("Score").Fit(scored);

        Refusal(new TransformerChain<ITransformer>(fitted.Model, normaliser))
            .WithMessage("Step 4 of 4, NormalizingTransformer, comes after the classifier and replaces 'Score'*by itself*");
    }

    [Fact]
    public void ConvertToOnnx_WithAStepBehindThatReadsOtherColumns_SaysThatItCannotTell()
    {
        IDataView data = _mlContext.Data.LoadFromEnumerable(
            [new { ImagePath = EmojiImages.Test[0].ImagePath, Label = "hand", Weight = 1f }]);
        ITransformer copy = _mlContext.Transforms.CopyColumns("Copy", "Weight").Fit(fitted.Model.Transform(data));

        Refusal(new TransformerChain<ITransformer>(fitted.Model, copy))
            .WithMessage("Step 4 of 4, ColumnCopyingTransformer*cannot be told*'Weight'*by itself*");
    }

    [Fact]
    public void ConvertToOnnx_WithoutAClassifierOrWithTwo_ListsTheSteps()
    {
        IDataView data = fitted.Test;
        using ClipImageEmbeddingTransformer embedding =
            _mlContext.Transforms.ClipImageEmbedding("Features", "ImagePath", EmojiImages.ModelPath).Fit(data);

        Refusal(embedding).WithMessage("The model has 0 CLIP classifiers among its 1 steps (ClipImageEmbeddingTransformer)*");
        Refusal(new TransformerChain<ITransformer>(fitted.Mixture, fitted.Mixture))
            .WithMessage("The model has 2 CLIP classifiers among its 2 steps*by itself*");
    }

    [Fact]
    public void ConvertToOnnx_OfADisposedModel_LeavesNothingBehind()
    {
        WiseFtTransformer disposed = fitted.Mixture.WithAlpha(0.3);
        disposed.Dispose();
        using var folder = new TemporaryFolder();
        string file = folder.At("model.onnx");

        _mlContext.Invoking(c => c.Model.ConvertToOnnx(disposed, file)).Should().Throw<ObjectDisposedException>();

        Directory.GetFileSystemEntries(folder.Path).Should().BeEmpty();
    }

    private FluentAssertions.Specialized.ExceptionAssertions<ArgumentException> Refusal(ITransformer model)
    {
        using var stream = new MemoryStream();
        var refusal = _mlContext.Invoking(c => c.Model.ConvertToOnnx(model, stream)).Should().Throw<ArgumentException>();
        stream.Length.Should().Be(0);
        return refusal;
    }

    /// <summary>By ONNX Runtime and by ML.NET's ONNX transformer, on all test images.</summary>
    private void RequireSameScores(ITransformer model, ITransformer classifier, string onnx)
    {
        IDataView data = EmojiImages.Keyed(_mlContext, EmojiImages.Test);
        float[] expected = [.. (model == classifier ? model.Transform(data) : model.Transform(fitted.Test)).GetColumn<float[]>("Score")
            .SelectMany(s => s)];
        ClipPreprocessor preprocessor = Preprocessor(classifier);
        int side = preprocessor.Resolution;
        using torch.Tensor pixels = preprocessor.Load([.. EmojiImages.Test.Select(row => row.ImagePath)]);
        float[] values = pixels.data<float>().ToArray();

        using InferenceSession session = Open(onnx);
        LargestDifference(session.Run(new DenseTensor<float>(values, [EmojiImages.Test.Length, 3, side, side]), "Score")[0], expected)
            .Should().BeLessThan(1e-4f);

        var definition = SchemaDefinition.Create(typeof(PixelRow));
        definition["pixel_values"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 3 * side * side);
        IDataView rows = _mlContext.Data.LoadFromEnumerable(
            values.Chunk(3 * side * side).Select(p => new PixelRow { Pixels = p }), definition);
        using var applied = _mlContext.Transforms.ApplyOnnxModel(["Score"], ["pixel_values"], onnx).Fit(rows);
        LargestDifference([.. applied.Transform(rows).GetColumn<float[]>("Score").SelectMany(s => s)], expected).Should().BeLessThan(1e-4f);
    }

    private static ClipPreprocessor Preprocessor(ITransformer classifier) =>
        FinalClassifier.FindIn(classifier).Model.Use(m => m.Preprocessor);

    private sealed class PixelRow
    {
        [ColumnName("pixel_values")]
        public float[] Pixels { get; init; } = [];
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TorchSharp;
using WiseFt.Images;
using static WiseFt.ML.Tests.OnnxModelRun;

namespace WiseFt.ML.Tests;

/// <summary>ML.NET's own <c>ConvertToOnnx(model, data, stream)</c>, of the package Microsoft.ML.OnnxConverter: the file computes what the
/// whole pipeline does, or there is none.</summary>
public sealed class MLNetConverterTests(FittedMixture fitted) : IClassFixture<FittedMixture>
{
    private readonly MLContext _mlContext = new(seed: 1);

    [Fact]
    public void Convert_OfAPipelineWithAMixture_GivesItsScoresAndLabels()
    {
        IDataView scored = fitted.Model.Transform(fitted.Test);

        using InferenceSession session = Converted(fitted.Model, fitted.Test);
        var outputs = Run(session, Texts("ImagePath", _ => "unused"), Texts("Label", r => r.Label), Pixels("ImagePath.pixel_values"));

        session.InputNames.Should().BeEquivalentTo("ImagePath", "Label", "ImagePath.pixel_values");
        Difference(outputs["Score.output"], scored.GetColumn<float[]>("Score")).Should().BeLessThan(1e-4f);
        outputs["PredictedLabel.output"].AsTensor<string>().Should().Equal(scored.GetColumn<string>("PredictedLabel"));
    }

    [Theory]
    [InlineData("hf-gelu-sharded")] // ViT, exact GELU
    [InlineData("openai-vit/model.pt")]
    [InlineData("openai-resnet/model.pt")]
    public void Convert_OfEachArchitecture_GivesItsScores(string clip)
    {
        IDataView data = EmojiImages.Keyed(_mlContext, EmojiImages.Test);
        using ClipClassifierTransformer model =
            _mlContext.Transforms.ClipZeroShot(Fixtures.Path("models/" + clip), templates: PromptTemplates.Simple).Fit(data);
        ClipPreprocessor preprocessor = model.Scorer.Model.Use(m => m.Preprocessor);

        using InferenceSession session = Converted(model, data, "Score", "PredictedLabel");
        var outputs = Run(
            session, Texts("ImagePath", _ => "unused"), Texts("Label", r => r.Label), Pixels("ImagePath.pixel_values", preprocessor));

        Difference(outputs["Score.output"], model.Transform(data).GetColumn<float[]>("Score")).Should().BeLessThan(1e-4f);
        outputs["PredictedLabel.output"].AsTensor<uint>().Should().Equal(model.Transform(data).GetColumn<uint>("PredictedLabel"));
    }

    [Fact]
    public void Convert_OfAScoreThatIsNoNumber_GivesTheMissingKey()
    {
        IDataView data = EmojiImages.Keyed(_mlContext, EmojiImages.Test);

        using InferenceSession session = Converted(fitted.Mixture, data, "PredictedLabel");
        NamedOnnxValue pixels = Pixels("ImagePath.pixel_values");
        ((DenseTensor<float>)pixels.AsTensor<float>()).Buffer.Span[0] = float.NaN;
        var outputs = Run(session, Texts("ImagePath", _ => "unused"), Texts("Label", r => r.Label), pixels);

        outputs["PredictedLabel.output"].AsTensor<uint>().Select(k => k == 0).Should().Equal(EmojiImages.Test.Select((_, i) => i == 0));
    }

    [Fact]
    public void Convert_OfEncodedBytes_TakesPixelsBesideThem()
    {
        IDataView data = EmojiImages.View(
            _mlContext, EmojiImages.Test.Select(r => new BytesRow { ImagePath = File.ReadAllBytes(r.ImagePath), Label = r.Label }));

        using InferenceSession session = Converted(fitted.Model, data, "Score");
        var outputs = Run(
            session, NamedOnnxValue.CreateFromTensor("ImagePath", new DenseTensor<byte>([EmojiImages.Test.Length, 1])),
            Texts("Label", r => r.Label), Pixels("ImagePath.pixel_values"));

        Difference(outputs["Score.output"], fitted.Scores(fitted.Model)).Should().BeLessThan(1e-4f);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Convert_OfAnImageEmbeddingBeforeATrainer_GivesTheTrainersScores(bool unit)
    {
        IDataView train = EmojiImages.View(_mlContext, EmojiImages.Train), test = EmojiImages.View(_mlContext, EmojiImages.Test);
        var pipeline = _mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(_mlContext.Transforms.ClipImageEmbedding(new ClipImageEmbeddingEstimator.Options
            {
                ModelPath = EmojiImages.ModelPath, Normalize = unit,
            }))
            .AppendCacheCheckpoint(_mlContext)
            .Append(_mlContext.MulticlassClassification.Trainers.SdcaMaximumEntropy(maximumNumberOfIterations: 10))
            .Append(_mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        using var model = pipeline.Fit(train);

        using InferenceSession session = Converted(model, test);
        var outputs = Run(session, Texts("ImagePath", _ => "unused"), Texts("Label", r => r.Label), Pixels("ImagePath.pixel_values"));

        IDataView scored = model.Transform(test);
        Difference(outputs["Features.output"], scored.GetColumn<float[]>("Features")).Should().BeLessThan(1e-4f);
        Difference(outputs["Score.output"], scored.GetColumn<float[]>("Score")).Should().BeLessThan(1e-4f);
        outputs["PredictedLabel.output"].AsTensor<string>().Should().Equal(scored.GetColumn<string>("PredictedLabel"));
    }

    [Theory, InlineData("starter-clip"), InlineData("hf-gelu-sharded"), InlineData("open-clip"), InlineData("openai-vit/model.pt")]
    public void Convert_OfATextEmbedding_TakesTokens(string clip)
    {
        string path = clip == "starter-clip" ? EmojiImages.ModelPath : Fixtures.Path("models/" + clip);
        string[] texts = ["a photo of a dog.", "", "ein Haus", string.Join(" ", Enumerable.Repeat("very", 200)) + " long"];
        IDataView data = _mlContext.Data.LoadFromEnumerable(texts.Select(t => new { Text = t }).ToArray());
        using ClipTextEmbeddingTransformer model = _mlContext.Transforms.ClipTextEmbedding("Features", "Text", path).Fit(data);
        using ClipModel loaded = ClipModel.Load(path);
        using torch.Tensor ids = loaded.Tokenizer.Encode(texts);

        using InferenceSession session = Converted(model, data);
        var outputs = Run(
            session, NamedOnnxValue.CreateFromTensor("Text", new DenseTensor<string>(texts, [texts.Length, 1])),
            NamedOnnxValue.CreateFromTensor(
                "Text.input_ids", new DenseTensor<long>(ids.data<long>().ToArray(), [texts.Length, (int)ids.shape[1]])));

        Difference(outputs["Features.output"], model.Transform(data).GetColumn<float[]>("Features")).Should().BeLessThan(1e-4f);
    }

    [Fact]
    public void Convert_OfTwoComponentsOnOneColumn_TakesPixelsForEach()
    {
        using ClipImageEmbeddingTransformer embedding =
            _mlContext.Transforms.ClipImageEmbedding("Features", "ImagePath", EmojiImages.ModelPath).Fit(fitted.Test);
        var model = new TransformerChain<ITransformer>(embedding, fitted.Model);

        using InferenceSession session = Converted(model, fitted.Test);
        var outputs = Run(
            session, Texts("ImagePath", _ => "unused"), Texts("Label", r => r.Label), Pixels("ImagePath.pixel_values"),
            Pixels("ImagePath.pixel_values0"));

        Difference(outputs["Score.output"], fitted.Scores(fitted.Model)).Should().BeLessThan(1e-4f);
        Difference(outputs["Features.output"], embedding.Transform(fitted.Test).GetColumn<float[]>("Features")).Should().BeLessThan(1e-4f);
    }

    [Fact]
    public void Convert_OfDataWithFewerRows_IsThatOfAll()
    {
        using var all = new MemoryStream();
        using var few = new MemoryStream();
        _mlContext.Model.ConvertToOnnx(fitted.Model, fitted.Test, all);

        _mlContext.Model.ConvertToOnnx(fitted.Model, _mlContext.Data.TakeRows(fitted.Test, 2), few);

        few.ToArray().AsSpan().SequenceEqual(all.ToArray()).Should().BeTrue();
        Converted(fitted.Model, _mlContext.Data.TrainTestSplit(fitted.Test, 0.5).TestSet, "Score").Dispose();
    }

    [Fact]
    public void Convert_WithImagesLoadedBefore_NamesTheStepAndWritesNothing()
    {
        IDataView data = fitted.Test;
        IDataView loaded = _mlContext.Transforms.LoadImages("Image", "", "ImagePath").Fit(data).Transform(data);
        var options = new ClipImageEmbeddingEstimator.Options { ModelPath = EmojiImages.ModelPath, InputColumnName = "Image" };
        using ClipImageEmbeddingTransformer embedding = _mlContext.Transforms.ClipImageEmbedding(options).Fit(loaded);

        Refusal(embedding, loaded).WithMessage(
            "ImageLoadingTransformer*cannot be written as ONNX*'Image'*ConvertToOnnx(model, path)*wiseft export*");
        IDataView inPlace = _mlContext.Transforms.LoadImages("ImagePath", "", "ImagePath").Fit(data).Transform(data);
        Refusal(fitted.Mixture, inPlace).WithMessage("ImageLoadingTransformer*'ImagePath'*");
    }

    [Fact]
    public void Convert_WithAStepBehindThatCannotBeWritten_WritesNothing()
    {
        ITransformer custom = _mlContext.Transforms.CustomMapping<object, ImageName>((_, _) => { }, null).Fit(fitted.Test);
        using var stream = new MemoryStream();

        _mlContext.Invoking(c => c.Model.ConvertToOnnx(new TransformerChain<ITransformer>(fitted.Model, custom), fitted.Test, stream))
            .Should().Throw<InvalidOperationException>().WithMessage("*can not be fully converted*");

        stream.Length.Should().Be(0);
    }

    [Fact]
    public void Convert_OfImagesInMemory_SaysWhatToGiveInstead()
    {
        MLImage image = MLImage.CreateFromFile(EmojiImages.Test[0].ImagePath);
        IDataView data = _mlContext.Data.LoadFromEnumerable([new ImageRow { ImagePath = image, Label = "hand" }]);

        Refusal(fitted.Model, data).WithMessage("Column 'ImagePath'*MLImage*text (a path)*ConvertToOnnx(model, path)*wiseft export*");
    }

    [Fact]
    public void Convert_ToOlderOperators_IsRefused() =>
        _mlContext.Invoking(c => c.Model.ConvertToOnnx(fitted.Model, fitted.Test, 11, Stream.Null))
            .Should().Throw<ArgumentException>().WithMessage("*version 11*WiseFt*12*");

    [Fact]
    public void Save_OfTransformedData_SaysToSaveTheModel() =>
        FluentActions.Invoking(() => ((ICanSaveModel)fitted.Mixture.Transform(EmojiImages.Keyed(_mlContext, EmojiImages.Test))).Save(null!))
            .Should().Throw<NotSupportedException>().WithMessage("*mlContext.Model.Save*");

    private InferenceSession Converted(ITransformer model, IDataView data, params string[] outputs)
    {
        using var stream = new MemoryStream();
        if (outputs.Length == 0) _mlContext.Model.ConvertToOnnx(model, data, stream);
        else _mlContext.Model.ConvertToOnnx(model, data, stream, outputs);
        return Open(stream.ToArray());
    }

    private FluentAssertions.Specialized.ExceptionAssertions<NotSupportedException> Refusal(ITransformer model, IDataView data)
    {
        using var stream = new MemoryStream();
        var refusal = _mlContext.Invoking(c => c.Model.ConvertToOnnx(model, data, stream)).Should().Throw<NotSupportedException>();
        stream.Length.Should().Be(0);
        return refusal;
    }

    private static Dictionary<string, DisposableNamedOnnxValue> Run(InferenceSession session, params NamedOnnxValue[] inputs) =>
        session.Run([.. inputs.Where(i => session.InputNames.Contains(i.Name))]).ToDictionary(o => o.Name);

    private static float Difference(DisposableNamedOnnxValue found, IEnumerable<float[]> expected) =>
        LargestDifference(found.AsTensor<float>().ToArray(), expected.SelectMany(v => v).ToArray());

    private static NamedOnnxValue Texts(string name, Func<EmojiImages.Row, string> value) => NamedOnnxValue.CreateFromTensor(
        name, new DenseTensor<string>(EmojiImages.Test.Select(value).ToArray(), [EmojiImages.Test.Length, 1]));

    private NamedOnnxValue Pixels(string name, ClipPreprocessor? preprocessor = null)
    {
        preprocessor ??= fitted.Mixture.Scorer.Model.Use(m => m.Preprocessor);
        using torch.Tensor pixels = preprocessor.Load([.. EmojiImages.Test.Select(r => r.ImagePath)]);
        return NamedOnnxValue.CreateFromTensor(
            name, new DenseTensor<float>(pixels.data<float>().ToArray(), [.. pixels.shape.Select(size => (int)size)]));
    }

    private sealed class BytesRow
    {
        public byte[] ImagePath { get; set; } = [];

        public string Label { get; set; } = "";
    }

    private sealed class ImageName
    {
        public string Name { get; set; } = "";
    }

    private sealed class ImageRow
    {
        [Microsoft.ML.Transforms.Image.ImageType(32, 32)]
        public MLImage ImagePath { get; set; } = null!;

        public string Label { get; set; } = "";
    }
}

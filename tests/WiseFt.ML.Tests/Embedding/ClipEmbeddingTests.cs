using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.ML;

namespace WiseFt.ML.Tests;

public sealed class ClipEmbeddingTests
{
    private readonly MLContext _mlContext = new(seed: 1);

    [Fact]
    public void ImageEmbedding_IsTheImageEncodersFeature()
    {
        IDataView data = EmojiImages.View(_mlContext, EmojiImages.Test);
        using ClipImageEmbeddingTransformer model = _mlContext.Transforms.ClipImageEmbedding("Features", "ImagePath", EmojiImages.ModelPath)
            .Fit(data);
        using ClipModel clip = ClipModel.Load(EmojiImages.ModelPath);
        using var pixels = clip.Preprocessor.Load([.. EmojiImages.Test.Select(r => r.ImagePath)]);
        using var expected = clip.EncodeImage(pixels);

        float[][] features = [.. model.Transform(data).GetColumn<float[]>("Features")];

        features.Should().HaveCount(20).And.OnlyContain(f => f.Length == clip.Config.EmbeddingDimension);
        MaxDifference(features, expected.data<float>().ToArray()).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void TextEmbedding_IsTheTextEncodersFeature()
    {
        string[] texts = ["a photo of a dog.", "", "ein Haus", "a photo of a dog."];
        IDataView data = _mlContext.Data.LoadFromEnumerable(texts.Select(t => new { Text = t }).ToArray());
        using ClipTextEmbeddingTransformer model = _mlContext.Transforms.ClipTextEmbedding("Features", "Text", EmojiImages.ModelPath)
            .Fit(data);
        using ClipModel clip = ClipModel.Load(EmojiImages.ModelPath);
        using var ids = clip.Tokenizer.Encode(texts);
        using var expected = clip.EncodeText(ids);

        float[][] features = [.. model.Transform(data).GetColumn<float[]>("Features")];

        MaxDifference(features, expected.data<float>().ToArray()).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Normalize_MakesUnitVectors()
    {
        IDataView data = EmojiImages.View(_mlContext, EmojiImages.Test.Take(2));
        var options = new ClipImageEmbeddingEstimator.Options { ModelPath = EmojiImages.ModelPath, Normalize = true };
        using ClipImageEmbeddingTransformer model = _mlContext.Transforms.ClipImageEmbedding(options).Fit(data);

        model.Transform(data).GetColumn<float[]>("Features").Should().OnlyContain(f => Math.Abs(f.Sum(x => x * x) - 1) < 1e-5);
    }

    [Fact]
    public void ImageEmbedding_BeforeALinearTrainer_SurvivesSavingWithIt()
    {
        IDataView train = EmojiImages.View(_mlContext, EmojiImages.Train), test = EmojiImages.View(_mlContext, EmojiImages.Test);
        var pipeline = _mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(_mlContext.Transforms.ClipImageEmbedding("Features", "ImagePath", EmojiImages.ModelPath))
            .AppendCacheCheckpoint(_mlContext)
            .Append(_mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy());
        using var model = pipeline.Fit(train);
        using var stream = new MemoryStream();
        _mlContext.Model.Save(model, train.Schema, stream);

        using var loaded = (TransformerChain<ITransformer>)new MLContext().Model.Load(stream, out _);

        _mlContext.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy
            .Should().BeGreaterThan(0.5, "chance is a quarter");
        loaded.Transform(test).GetColumn<float[]>("Score")
            .Should().BeEquivalentTo(model.Transform(test).GetColumn<float[]>("Score"), o => o.WithStrictOrdering());
    }

    [Fact]
    public void TextEmbedding_SavedAndLoaded_KeepsItsVocabulary()
    {
        IDataView data = _mlContext.Data.LoadFromEnumerable(new[] { new { Text = "a photo of a dog." }, new { Text = "weather" } });
        using ClipTextEmbeddingTransformer model = _mlContext.Transforms.ClipTextEmbedding("Features", "Text", EmojiImages.ModelPath)
            .Fit(data);
        using var stream = new MemoryStream();
        _mlContext.Model.Save(model, data.Schema, stream);

        using var loaded = (ClipTextEmbeddingTransformer)new MLContext().Model.Load(stream, out _);

        loaded.Transform(data).GetColumn<float[]>("Features")
            .Should().BeEquivalentTo(model.Transform(data).GetColumn<float[]>("Features"), o => o.WithStrictOrdering());
    }

    [Fact]
    public void Embedding_OfAColumnOfAnotherType_NamesIt()
    {
        IDataView data = _mlContext.Data.LoadFromEnumerable(new[] { new { Text = 1, ImagePath = 2f } });

        _mlContext.Transforms.ClipTextEmbedding("F", "Text", EmojiImages.ModelPath).Invoking(e => e.Fit(data))
            .Should().Throw<ArgumentException>().WithMessage("*'Text': expected text, got Int32*");
        _mlContext.Transforms.ClipImageEmbedding("F", "ImagePath", EmojiImages.ModelPath).Invoking(e => e.Fit(data))
            .Should().Throw<ArgumentException>().WithMessage("*'ImagePath': expected*got Single*");
    }

    [Fact]
    public void Embedding_AfterDispose_Refuses()
    {
        IDataView data = EmojiImages.View(_mlContext, EmojiImages.Test);
        ClipImageEmbeddingTransformer model = _mlContext.Transforms.ClipImageEmbedding("Features", "ImagePath", EmojiImages.ModelPath)
            .Fit(data);

        model.Dispose();
        model.Dispose();

        model.Invoking(m => m.Transform(data)).Should().Throw<ObjectDisposedException>().WithMessage("*ClipImageEmbeddingTransformer*");
    }

    private static double MaxDifference(float[][] left, float[] right) =>
        WiseFtPipelineTests.MaxDifference([[.. left.SelectMany(f => f)]], [right]);
}

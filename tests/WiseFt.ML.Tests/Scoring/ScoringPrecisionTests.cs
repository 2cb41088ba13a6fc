using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace WiseFt.ML.Tests;

/// <summary>Scoring and embedding with products in bfloat16: near to float32, not float32, and so again after saving.</summary>
public sealed class ScoringPrecisionTests
{
    private const float Near = 0.03f;

    private readonly MLContext _mlContext = new(seed: 1);

    private IDataView Images => EmojiImages.Keyed(_mlContext, EmojiImages.Test);

    [Fact]
    public void ZeroShot_InBFloat16_ScoresNearFloat32()
    {
        using ClipClassifierTransformer exact = ZeroShot(Precision.Float32), rounded = ZeroShot(Precision.BFloat16);
        RequireNearAndNotEqual(Column(rounded, "Score"), Column(exact, "Score"));
    }

    [Fact]
    public void ZeroShot_InBFloat16_PredictsWhatFloat32Does()
    {
        IDataView files = _mlContext.Data.LoadImageFolder(Fixtures.Data("emoji-shift/reference/test"));
        IDataView images = _mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(files).Transform(files);
        uint[] exact = Predict(Precision.Float32), rounded = Predict(Precision.BFloat16);
        double agreement = exact.Zip(rounded, (a, b) => a == b ? 1.0 : 0).Average();
        agreement.Should().BeGreaterThan(0.97, "only images between two classes change theirs");

        uint[] Predict(Precision precision)
        {
            using ClipClassifierTransformer model = _mlContext.Transforms.ClipZeroShot(Options(precision)).Fit(images);
            return [.. model.Transform(images).GetColumn<uint>("PredictedLabel")];
        }
    }

    [Fact]
    public void ZeroShot_InBFloat16_SavedAndLoaded_ScoresTheSame()
    {
        using ClipClassifierTransformer model = ZeroShot(Precision.BFloat16);
        using var loaded = (ClipClassifierTransformer)SaveAndLoad(model);
        Column(loaded, "Score").Should().BeEquivalentTo(Column(model, "Score"), o => o.WithStrictOrdering());
    }

    [Fact]
    public void ZeroShot_SinglePrediction_ScoresAsTheBatch()
    {
        using ClipClassifierTransformer model = ZeroShot(Precision.BFloat16);
        using var engine = _mlContext.Model.CreatePredictionEngine<EmojiImages.Row, Single>(model, ignoreMissingColumns: true);
        float[] score = engine.Predict(EmojiImages.Test[0]).Score;
        float[] batch = Column(model, "Score")[0];
        for (int k = 0; k < score.Length; k++) score[k].Should().BeApproximately(batch[k], Near);
    }

    [Fact]
    public void Mixture_InBFloat16_KeepsIt_WithAnotherAlphaAndAfterSaving()
    {
        var options = new WiseFtEstimator.Options
        {
            ModelPath = EmojiImages.ModelPath,
            Head = new() { Templates = PromptTemplates.Simple },
            Training = new() { Epochs = 1, BatchSize = 8, LearningRate = 1e-4 },
        };
        using WiseFtTransformer exact = _mlContext.Transforms.WiseFt(options).Fit(EmojiImages.Keyed(_mlContext, EmojiImages.Train));
        using WiseFtTransformer rounded = _mlContext.Transforms.WiseFt(options with { Scoring = new() { Precision = Precision.BFloat16 } })
            .Fit(EmojiImages.Keyed(_mlContext, EmojiImages.Train));
        RequireNearAndNotEqual(Column(rounded, "Score"), Column(exact, "Score"));
        using WiseFtTransformer exact0 = exact.WithAlpha(0.25), rounded0 = rounded.WithAlpha(0.25),
            loaded = (WiseFtTransformer)SaveAndLoad(rounded0);
        RequireNearAndNotEqual(Column(rounded0, "Score"), Column(exact0, "Score"));
        Column(loaded, "Score").Should().BeEquivalentTo(Column(rounded0, "Score"), o => o.WithStrictOrdering());
    }

    [Fact]
    public void ImageEmbedding_InBFloat16_IsNearFloat32_AlsoAfterSaving()
    {
        using ClipImageEmbeddingTransformer exact = Embed(Precision.Float32),
        rounded = Embed(Precision.BFloat16),
        loaded = (ClipImageEmbeddingTransformer)SaveAndLoad(rounded);
        RequireNearAndNotEqual(Column(rounded, "Features"), Column(exact, "Features"));
        Column(loaded, "Features").Should().BeEquivalentTo(Column(rounded, "Features"), o => o.WithStrictOrdering());

        ClipImageEmbeddingTransformer Embed(Precision precision) => _mlContext.Transforms.ClipImageEmbedding(
            new ClipImageEmbeddingEstimator.Options
            {
                ModelPath = EmojiImages.ModelPath,
                Normalize = true,
                Scoring = new() { Precision = precision },
            })
            .Fit(Images);
    }

    [Fact]
    public void TextEmbedding_InBFloat16_IsNearFloat32()
    {
        using ClipTextEmbeddingTransformer exact = Embed(Precision.Float32), rounded = Embed(Precision.BFloat16);
        RequireNearAndNotEqual(Column(rounded, "Features"), Column(exact, "Features"));

        ClipTextEmbeddingTransformer Embed(Precision precision) =>
            _mlContext.Transforms.ClipTextEmbedding(new ClipTextEmbeddingEstimator.Options
            {
                ModelPath = EmojiImages.ModelPath,
                InputColumnName = nameof(EmojiImages.Row.ImagePath),
                Normalize = true,
                Scoring = new() { Precision = precision },
            }).Fit(Images);
    }

    [Theory]
    [InlineData(Precision.Float32, false)]
    [InlineData(Precision.BFloat16, true)]
    public void Save_NamesThePrecisionOnlyWhereAnEarlierVersionWouldComputeSomethingElse(Precision precision, bool named)
    {
        using ClipClassifierTransformer model = ZeroShot(precision);
        using var stream = new MemoryStream();
        _mlContext.Model.Save(model, Images.Schema, stream);
        using var zip = new ZipArchive(stream);
        using var settings = new StreamReader(zip.Entries.Single(e => e.Name == "Settings.json").Open());
        settings.ReadToEnd().Contains("ScoringPrecision", StringComparison.Ordinal).Should().Be(named);
    }

    [Fact]
    public void Options_OfNoKnownPrecision_AreRefused() =>
        FluentActions.Invoking(() => new ScoringOptions { Precision = (Precision)7 })
            .Should().Throw<ArgumentException>().WithMessage("*Float32, BFloat16*");

    private ClipClassifierTransformer ZeroShot(Precision precision) => _mlContext.Transforms.ClipZeroShot(Options(precision)).Fit(Images);

    private static ClipZeroShotEstimator.Options Options(Precision precision) =>
        new()
        {
            ModelPath = EmojiImages.ModelPath,
            Head = new() { Templates = PromptTemplates.Simple },
            Scoring = new() { Precision = precision },
        };

    private float[][] Column(ITransformer model, string name) => [.. model.Transform(Images).GetColumn<float[]>(name)];

    private ITransformer SaveAndLoad(ITransformer model)
    {
        using var stream = new MemoryStream();
        _mlContext.Model.Save(model, Images.Schema, stream);
        return _mlContext.Model.Load(stream, out _);
    }

    private static void RequireNearAndNotEqual(float[][] found, float[][] expected)
    {
        float[] differences = [.. found.Zip(expected, (f, e) => f.Zip(e, (a, b) => Math.Abs(a - b)).Max())];
        differences.Should().HaveCount(EmojiImages.Test.Length).And.OnlyContain(d => d < Near);
        differences.Max().Should().BePositive("bfloat16 has eight bits");
    }

    private sealed class Single
    {
        public float[] Score { get; set; } = [];
    }
}

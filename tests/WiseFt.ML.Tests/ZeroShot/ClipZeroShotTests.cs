using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.ML;

namespace WiseFt.ML.Tests;

public sealed class ClipZeroShotTests
{
    private readonly MLContext _mlContext = new(seed: 1);

    private static ClipZeroShotEstimator.Options Options =>
        new() { ModelPath = EmojiImages.ModelPath, Head = new() { Templates = PromptTemplates.Simple } };

    [Fact]
    public void Scores_AreTheCoresProbabilities()
    {
        IDataView data = EmojiImages.Keyed(_mlContext, EmojiImages.Test);
        using ClipClassifierTransformer model = _mlContext.Transforms.ClipZeroShot(Options).Fit(data);
        using ClipModel clip = ClipModel.Load(EmojiImages.ModelPath);
        using ImageClassifier classifier = ZeroShotHead.Build(clip, EmojiImages.ClassNames, PromptTemplates.Simple);
        using var pixels = classifier.Preprocessor.Load([.. EmojiImages.Test.Select(r => r.ImagePath)]);
        using var logits = classifier.Forward(pixels);
        using var probabilities = logits.softmax(-1);

        float[] scores = [.. model.Transform(data).GetColumn<float[]>("Score").SelectMany(s => s)];

        WiseFtPipelineTests.MaxDifference([scores], [probabilities.data<float>().ToArray()]).Should().BeLessThan(1e-5);
        _mlContext.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy
            .Should().BeGreaterThan(0.5, "chance is a quarter");
    }

    [Fact]
    public void ClassNames_BesideALabel_AreThePromptsWordsAlone()
    {
        IDataView data = EmojiImages.Keyed(_mlContext, EmojiImages.Test);
        using ClipClassifierTransformer plain = _mlContext.Transforms.ClipZeroShot(Options).Fit(data);
        using ClipClassifierTransformer worded = _mlContext.Transforms.ClipZeroShot(Options with
        {
            Head = Options.Head with { ClassNames = ["mammal", "hand", "vehicle", "weather"] },
        }).Fit(data);
        float[] plainScore = plain.Transform(data).GetColumn<float[]>("Score").First(),
            wordedScore = worded.Transform(data).GetColumn<float[]>("Score").First();

        worded.ClassNames.Should().Equal(EmojiImages.ClassNames);
        wordedScore[0].Should().BeApproximately(plainScore[1], 1e-6f);
        wordedScore[1].Should().BeApproximately(plainScore[0], 1e-6f);
    }

    [Fact]
    public void ClassNames_WithoutALabel_GiveTheClasses()
    {
        IDataView data = _mlContext.Data.LoadFromEnumerable(EmojiImages.Test.Select(r => new { r.ImagePath }).ToArray());
        using ClipClassifierTransformer model = _mlContext.Transforms.ClipZeroShot(
            EmojiImages.ModelPath, templates: PromptTemplates.Simple, classNames: EmojiImages.ClassNames).Fit(data);

        IDataView scored = _mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(model.Transform(data))
            .Transform(model.Transform(data));

        scored.GetColumn<string>("PredictedLabel").Should().OnlyContain(l => EmojiImages.ClassNames.Contains(l));
    }

    [Fact]
    public void ClassNames_OfAnotherCount_NamesBothCounts()
    {
        IDataView data = EmojiImages.Keyed(_mlContext, EmojiImages.Test);

        _mlContext.Transforms.ClipZeroShot(Options with { Head = Options.Head with { ClassNames = ["a", "b", "c"] } })
            .Invoking(e => e.Fit(data))
            .Should().Throw<ArgumentException>().WithMessage("3 class names*4 keys [hand, mammal, vehicle, weather]*");
    }

    [Fact]
    public void Fit_WithoutAnyClasses_SaysWhatToGive()
    {
        IDataView data = _mlContext.Data.LoadFromEnumerable(EmojiImages.Test.Select(r => new { r.ImagePath }).ToArray());

        _mlContext.Transforms.ClipZeroShot(Options).Invoking(e => e.Fit(data))
            .Should().Throw<ArgumentException>().WithMessage("*ClassNames*");
    }

    [Fact]
    public void Pipeline_WithATextLabel_SaysToMapIt()
    {
        IDataView data = EmojiImages.View(_mlContext, EmojiImages.Test);
        var pipeline = new EstimatorChain<ITransformer>().Append(_mlContext.Transforms.ClipZeroShot(Options));

        pipeline.Invoking(p => p.Fit(data)).Should().Throw<ArgumentException>().WithMessage("*type String*MapValueToKey(\"Label\")*");
    }

    [Fact]
    public void Labels_ThatAreNumbers_ComeBackAsNumbersAfterLoading()
    {
        CultureInfo.CurrentCulture = new CultureInfo("tr-TR");
        IDataView raw = _mlContext.Data.LoadFromEnumerable(
            EmojiImages.Test.Select((r, i) => new NumberRow { ImagePath = r.ImagePath, Label = 10.5f * (i / 5) }).ToArray());
        var pipeline = _mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(_mlContext.Transforms.ClipZeroShot(Options with { Head = Options.Head with { ClassNames = EmojiImages.ClassNames } }))
            .Append(_mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        using var model = pipeline.Fit(raw);
        using var stream = new MemoryStream();
        _mlContext.Model.Save(model, raw.Schema, stream);

        using var loaded = (TransformerChain<ITransformer>)new MLContext().Model.Load(stream, out _);

        model.OfType<ClipClassifierTransformer>().Single().ClassNames.Should().Equal("0", "10.5", "21", "31.5");
        loaded.Transform(raw).GetColumn<float>("PredictedLabel").Should().Equal(model.Transform(raw).GetColumn<float>("PredictedLabel"));
        loaded.Transform(raw).GetColumn<float>("PredictedLabel").Should().OnlyContain(l => l % 10.5f == 0);
    }

    [Theory, InlineData("hf-gelu-sharded"), InlineData("open-clip"), InlineData("openai-vit/model.pt"),
        InlineData("openai-resnet/model.pt")]
    public void Save_OfAnyArchitecture_KeepsIt(string model)
    {
        IDataView data = EmojiImages.Keyed(_mlContext, [.. EmojiImages.Test.Where((_, i) => i % 5 == 0)]);
        using ClipClassifierTransformer fitted =
            _mlContext.Transforms.ClipZeroShot(Options with { ModelPath = Fixtures.Path("models/" + model) }).Fit(data);
        using var stream = new MemoryStream();
        _mlContext.Model.Save(fitted, data.Schema, stream);

        using var loaded = (ClipClassifierTransformer)new MLContext().Model.Load(stream, out _);

        loaded.Transform(data).GetColumn<float[]>("Score")
            .Should().BeEquivalentTo(fitted.Transform(data).GetColumn<float[]>("Score"), o => o.WithStrictOrdering());
    }

    [Fact]
    public void Device_ThatIsNotThere_FallsBackOrRefuses()
    {
        IDataView data = EmojiImages.Keyed(_mlContext, EmojiImages.Test);
        var messages = new List<string>();
        _mlContext.Log += (_, e) => { lock (messages) messages.Add(e.Message); };
        ClipZeroShotEstimator estimator = _mlContext.Transforms.ClipZeroShot(Options);
        _mlContext.FallbackToCpu = true;
        _mlContext.GpuDeviceId = 99; // after the estimator was made: it is read at Fit

        using (estimator.Fit(data))
            messages.Should().Contain(m =>
                m.Contains("cuda:99", StringComparison.Ordinal) && m.Contains("computing on the CPU", StringComparison.Ordinal));

        _mlContext.FallbackToCpu = false;
        estimator.Invoking(e => e.Fit(data)).Should().Throw<InvalidOperationException>().WithMessage("*cuda:99*FallbackToCpu*");
        using (_mlContext.Transforms.ClipZeroShot(Options with { Device = "cpu" }).Fit(data)) _mlContext.GpuDeviceId.Should().Be(99);
        _mlContext.Transforms.ClipZeroShot(Options with { Device = "cuda:98" }).Invoking(e => e.Fit(data))
            .Should().Throw<InvalidOperationException>().WithMessage("*cuda:98*Device*");
    }

    [Theory, InlineData("gpu"), InlineData("cuda:"), InlineData("cuda:-1"), InlineData("CPU")]
    public void Options_WithAnUnknownDevice_ListTheKnown(string device) =>
        FluentActions.Invoking(() => Options with { Device = device })
            .Should().Throw<ArgumentException>().WithMessage($"*'{device}'*cpu, cuda*");

    [Fact]
    public void Options_WithBadValues_Refuse()
    {
        FluentActions.Invoking(() => Options with { ModelPath = " " }).Should().Throw<ArgumentException>().WithMessage("*ModelPath*");
        FluentActions.Invoking(() => new ScoringOptions { BatchSize = 0 }).Should().Throw<ArgumentException>().WithMessage("*BatchSize*");
        FluentActions.Invoking(() => new ScoringColumns { ImageColumnName = "" })
            .Should().Throw<ArgumentException>().WithMessage("*ImageColumnName*");
        FluentActions.Invoking(() => Options with { Columns = new() { ScoreColumnName = "Label" } })
            .Should().Throw<ArgumentException>().WithMessage("*'Label' is named twice*");
        FluentActions.Invoking(() => new ZeroShotHeadOptions { ClassNames = [] })
            .Should().Throw<ArgumentException>().WithMessage("*ClassNames*");
        _mlContext.Transforms.ClipZeroShot("no/such/model").Invoking(e => e.Fit(EmojiImages.Keyed(_mlContext, EmojiImages.Test)))
            .Should().Throw<Exception>().WithMessage("*no/such/model*");
    }

    private sealed class NumberRow
    {
        public string ImagePath { get; set; } = "";

        public float Label { get; set; }
    }
}

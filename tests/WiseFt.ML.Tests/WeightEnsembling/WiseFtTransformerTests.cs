using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.ML;

namespace WiseFt.ML.Tests;

public sealed class WiseFtTransformerTests : IClassFixture<TwoModels>
{
    private readonly TwoModels _models;
    private readonly MLContext _mlContext;

    public WiseFtTransformerTests(TwoModels models) => (_models, _mlContext) = (models, models.Context);

    [Theory, InlineData(0.0), InlineData(1.0)]
    public void Mix_AtAnEndPoint_ScoresLikeThatTransformer(double alpha)
    {
        using WiseFtTransformer mixture = Mix(alpha);

        Scores(mixture).Should().BeEquivalentTo(Scores(alpha == 0 ? _models.ZeroShot : _models.FineTuned), o => o.WithStrictOrdering());
    }

    [Fact]
    public void WithAlpha_GivesTheMixtureMadeAtThatAlpha()
    {
        using WiseFtTransformer half = Mix(0.5), made = Mix(0.3), changed = half.WithAlpha(0.3);

        (changed.Alpha, half.Alpha).Should().Be((0.3, 0.5));
        Scores(changed).Should().BeEquivalentTo(Scores(made), o => o.WithStrictOrdering());
        Scores(changed)[0].Should().NotEqual(Scores(half)[0]);
    }

    [Fact]
    public void WithAlpha_FromSeveralThreadsAtOnce_SharesTheEndPoints()
    {
        using WiseFtTransformer half = Mix(0.5);
        using WiseFtTransformer expected = half.WithAlpha(1);

        float[][][] all = [.. Enumerable.Range(0, 4).AsParallel().WithDegreeOfParallelism(4).Select(_ =>
        {
            using WiseFtTransformer changed = half.WithAlpha(1);
            return Scores(changed);
        })];

        all.Should().OnlyContain(s => WiseFtPipelineTests.MaxDifference(s, Scores(expected)) < 1e-5);
    }

    [Theory, InlineData(-0.1), InlineData(1.1), InlineData(double.NaN)]
    public void WithAlpha_OutsideTheUnitInterval_Refuses(double alpha)
    {
        using WiseFtTransformer half = Mix(0.5);

        half.Invoking(m => m.WithAlpha(alpha)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*[0, 1]*");
        _mlContext.Invoking(_ => Mix(alpha)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void KeepEndPoints_Off_BakesTheMixtureAndSaysWhyAlphaIsFixed()
    {
        using WiseFtTransformer kept = Mix(0.5), baked = Mix(0.5, keepEndPoints: false);
        using var loaded = (WiseFtTransformer)Reload(baked, out long bakedBytes);
        Reload(kept, out long keptBytes).As<IDisposable>().Dispose();

        baked.HasEndPoints.Should().BeFalse();
        Scores(loaded).Should().BeEquivalentTo(Scores(kept), o => o.WithStrictOrdering());
        loaded.Invoking(m => m.WithAlpha(0.1)).Should().Throw<InvalidOperationException>().WithMessage("*alpha 0.5*KeepEndPoints = true*");
        baked.Invoking(m => _mlContext.MulticlassClassification.EvaluateRobustness(m, _models.Test))
            .Should().Throw<InvalidOperationException>();
        keptBytes.Should().BeGreaterThan(bakedBytes);
    }

    [Fact]
    public void Save_OfALinearClassifier_WritesTheSharedEncoderOnce()
    {
        using WiseFtTransformer linear = Mix(0.5), baked = Mix(0.5, keepEndPoints: false);

        using var loaded = (WiseFtTransformer)Reload(linear, out long bytes);
        Reload(baked, out long bakedBytes).As<IDisposable>().Dispose();

        ((double)bytes / bakedBytes).Should().BeLessThan(1.1, "both end points have the same encoder");
        using WiseFtTransformer before = linear.WithAlpha(0.9), after = loaded.WithAlpha(0.9);
        Scores(after).Should().BeEquivalentTo(Scores(before), o => o.WithStrictOrdering());
    }

    [Fact]
    public void Dispose_OfOne_LeavesTheOthersAlone()
    {
        WiseFtTransformer half = Mix(0.5), other = half.WithAlpha(0.2);
        IDataView scored = half.Transform(_models.Test);

        half.Dispose();
        half.Dispose();

        half.Invoking(m => m.Transform(_models.Test)).Should().Throw<ObjectDisposedException>().WithMessage("*WiseFtTransformer*");
        half.Invoking(m => m.GetOutputSchema(_models.Test.Schema)).Should().Throw<ObjectDisposedException>();
        half.Invoking(m => m.WithAlpha(0.5)).Should().Throw<ObjectDisposedException>();
        scored.Invoking(s => s.GetColumn<float[]>("Score").Count())
            .Should().Throw<ObjectDisposedException>("the view has outlived the model");
        half.Invoking(m => Reload(m, out _)).Should().Throw<ObjectDisposedException>();
        Scores(other).Should().HaveCount(EmojiImages.Test.Length);
        Scores(_models.ZeroShot).Should().HaveCount(EmojiImages.Test.Length);
        using (WiseFtTransformer third = other.WithAlpha(0.7)) Scores(third).Should().NotBeEmpty();
        other.Dispose();
    }

    [Fact]
    public void Mix_OfCheckpointsOnDisk_GivesTheMixtureOfTheTransformers()
    {
        using var folder = new TemporaryFolder();
        string zeroShot = folder.At("zeroshot.safetensors"), fineTuned = folder.At("finetuned.safetensors");
        _models.ZeroShot.SaveClassifier(zeroShot);
        _models.FineTuned.SaveClassifier(fineTuned);

        using WiseFtTransformer expected = Mix(0.4);
        using WiseFtTransformer mixture = _mlContext.Transforms.WiseFt(zeroShot, fineTuned, alpha: 0.4).Fit(_models.Train);

        mixture.ClassNames.Should().Equal(EmojiImages.ClassNames);
        Scores(mixture).Should().BeEquivalentTo(Scores(expected), o => o.WithStrictOrdering());
        mixture.SaveClassifier(folder.At("wiseft.safetensors"));
        using ImageClassifier saved = ImageClassifier.Load(folder.At("wiseft.safetensors"));
        saved.ClassNames.Should().Equal(EmojiImages.ClassNames);
    }

    [Fact]
    public void Mix_OfACheckpointAndAClipModel_BuildsTheMissingHead()
    {
        using var folder = new TemporaryFolder();
        string fineTuned = folder.At("finetuned.safetensors");
        _models.FineTuned.SaveClassifier(fineTuned);
        var options = new WiseFtEstimator.MixtureOptions { Alpha = 0, Head = new() { Templates = PromptTemplates.Simple } };

        using WiseFtTransformer mixture = _mlContext.Transforms.WiseFt(EmojiImages.ModelPath, fineTuned, options).Fit(_models.Train);

        Scores(mixture).Should().BeEquivalentTo(Scores(_models.ZeroShot), o => o.WithStrictOrdering());
    }

    [Fact]
    public void Mix_OfModelsWithOtherClasses_ListsBoth()
    {
        IDataView data = EmojiImages.View(_mlContext, EmojiImages.Test);
        var options = new ClipZeroShotEstimator.Options
        {
            ModelPath = EmojiImages.ModelPath,
            Columns = new() { LabelColumnName = null },
            Head = new() { ClassNames = ["dog", "cat", "emu", "yak"], Templates = PromptTemplates.Simple },
        };
        using ClipClassifierTransformer other = _mlContext.Transforms.ClipZeroShot(options).Fit(data);

        _mlContext.Invoking(c => c.Transforms.WiseFt(other, _models.FineTuned).Fit(_models.Train)).Should().Throw<ArgumentException>()
            .WithMessage("*[dog, cat, emu, yak]*[hand, mammal, vehicle, weather]*");
    }

    [Fact]
    public void FindIn_AModelWithout_ListsItsParts() =>
        FluentActions.Invoking(() => WiseFtTransformer.FindIn(_models.ZeroShot))
            .Should().Throw<ArgumentException>().WithMessage("*0 WiSE-FT*ClipClassifierTransformer*");

    private WiseFtTransformer Mix(double alpha, bool keepEndPoints = true) =>
        _mlContext.Transforms.WiseFt(_models.ZeroShot, _models.FineTuned, alpha, keepEndPoints).Fit(_models.Train);

    private float[][] Scores(ITransformer model) => [.. model.Transform(_models.Test).GetColumn<float[]>("Score")];

    private ITransformer Reload(ITransformer model, out long bytes)
    {
        using var stream = new MemoryStream();
        _mlContext.Model.Save(model, _models.Test.Schema, stream);
        bytes = stream.Length;
        return new MLContext().Model.Load(stream, out _);
    }
}

/// <summary>A zero-shot model and its fine-tuned linear classifier, fitted once.</summary>
public sealed class TwoModels : IDisposable
{
    public TwoModels()
    {
        Context = new MLContext(seed: 1);
        Train = EmojiImages.Keyed(Context, EmojiImages.Train);
        Test = EmojiImages.Keyed(Context, EmojiImages.Test);
        ZeroShot = Context.Transforms.ClipZeroShot(EmojiImages.ModelPath, templates: PromptTemplates.Simple).Fit(Train);
        FineTuned = Context.MulticlassClassification.Trainers.ClipFineTune(new ClipFineTuneTrainer.Options
        {
            ModelPath = EmojiImages.ModelPath,
            Head = new() { Templates = PromptTemplates.Simple },
            Mode = FineTuningMode.LinearClassifier,
            Epochs = 20,
            BatchSize = 8,
            LearningRate = 1e-2,
        }).Fit(Train);
    }

    public MLContext Context { get; }

    public IDataView Train { get; }

    public IDataView Test { get; }

    public ClipClassifierTransformer ZeroShot { get; }

    public ClipClassifierTransformer FineTuned { get; }

    public void Dispose()
    {
        ZeroShot.Dispose();
        FineTuned.Dispose();
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.ML;

namespace WiseFt.ML.Tests;

public sealed class WeightEnsembleTests : IClassFixture<ThreeModels>
{
    private static readonly WeightEnsembleEstimator.Options _mean = new();

    private readonly ThreeModels _models;
    private readonly MLContext _mlContext;

    public WeightEnsembleTests(ThreeModels models) => (_models, _mlContext) = (models, models.Context);

    private WeightEnsembleEstimator.Options Arithmetic =>
        new() { Method = MergeMethod.TaskArithmetic, Parameters = new() { Lambda = 0.4 }, BaseModel = _models.ZeroShot };

    [Fact]
    public void WeightEnsemble_OfOneModel_ScoresLikeIt()
    {
        using WeightEnsembleTransformer one = Fit(_mean, _models.First);

        ShouldScoreLike(one, _models.First);
        (one.HasIngredients, one.HasEndPoints, one.Alpha).Should().Be((true, false, 1));
        one.ClassNames.Should().Equal(EmojiImages.ClassNames);
    }

    [Fact]
    public void WeightEnsemble_OfTwoModels_IsTheirMixtureInTheMiddle()
    {
        using WeightEnsembleTransformer mean = Fit(_mean, _models.ZeroShot, _models.First);
        using WiseFtTransformer half = _mlContext.Transforms.WiseFt(_models.ZeroShot, _models.First, alpha: 0.5).Fit(_models.Train);

        ShouldScoreLike(mean, half);
    }

    [Fact]
    public void WeightEnsemble_OfModelsInAnotherOrder_IsTheSame()
    {
        using WeightEnsembleTransformer one = Fit(_mean, _models.ZeroShot, _models.First, _models.Second);
        using WeightEnsembleTransformer other = Fit(_mean, _models.Second, _models.ZeroShot, _models.First);

        WiseFtPipelineTests.MaxDifference(_models.Scores(one), _models.Scores(other)).Should().BeLessThan(1e-6);
    }

    [Theory]
    [InlineData(MergeMethod.Ties)]
    [InlineData(MergeMethod.DareTies)]
    [InlineData(MergeMethod.ModelStock)]
    [InlineData(MergeMethod.Lines)]
    [InlineData(MergeMethod.TaskArithmetic)]
    public void WeightEnsemble_OfFiles_IsThatOfTheTransformers(MergeMethod method)
    {
        using var folder = new TemporaryFolder();
        MergeParameters parameters = new() { Beta = method == MergeMethod.Lines ? 0.5 : (MergeValue?)null };
        MergeRecipe recipe = Files(folder) with { Method = method, Parameters = parameters };
        WeightEnsembleEstimator.Options options = new() { Method = method, Parameters = parameters, BaseModel = _models.ZeroShot };

        using WeightEnsembleTransformer files = _mlContext.Transforms.WeightEnsemble(recipe).Fit(_models.Train);
        using WeightEnsembleTransformer fitted = Fit(options, _models.First, _models.Second);
        Merge.Run(recipe, folder.At("merged.safetensors"));
        using ImageClassifier merged = ImageClassifier.Load(folder.At("merged.safetensors"));

        ShouldScoreLike(files, fitted);
        files.Recipe.Models.Select(m => m.Model).Should().Equal("first.safetensors", "second.safetensors");
        files.SaveClassifier(folder.At("again.safetensors"));
        using ImageClassifier again = ImageClassifier.Load(folder.At("again.safetensors"));
        again.Weights.Should().OnlyContain(w => WiseFt.WeightSpace.AreEqual(w.Value, merged.Weights[w.Key]));
    }

    [Fact]
    public void WeightEnsemble_OfAClipModelAsBase_BuildsItsHead()
    {
        using var folder = new TemporaryFolder();
        MergeRecipe recipe = Files(folder) with { BaseModel = EmojiImages.ModelPath };
        WeightEnsembleEstimator.RecipeOptions options = new() { Head = new() { Templates = PromptTemplates.Simple } };

        using WeightEnsembleTransformer clip = _mlContext.Transforms.WeightEnsemble(recipe, options).Fit(_models.Train);
        using WeightEnsembleTransformer fitted = Fit(Arithmetic, _models.First, _models.Second);

        ShouldScoreLike(clip, fitted);
    }

    [Fact]
    public void WithAlpha_BetweenBaseAndEnsemble_IsWiseFtOfThem()
    {
        using WeightEnsembleTransformer ensemble = Fit(Arithmetic, _models.First, _models.Second);
        using WeightEnsembleTransformer half = ensemble.WithAlpha(0.5), none = ensemble.WithAlpha(0), whole = half.WithAlpha(1);
        using WeightEnsembleTransformer fixedHalf = Fit(Arithmetic with { Alpha = 0.5 }, _models.First, _models.Second);

        ShouldScoreLike(none, _models.ZeroShot);
        ShouldScoreLike(whole, ensemble);
        ShouldScoreLike(half, fixedHalf);
        _models.Scores(half)[0].Should().NotEqual(_models.Scores(ensemble)[0]);
        half.Alpha.Should().Be(0.5);
    }

    [Fact]
    public void With_OtherParameters_MergesTheKeptModelsAnew()
    {
        using WeightEnsembleTransformer ensemble = Fit(Arithmetic, _models.First, _models.Second);
        using WeightEnsembleTransformer expected =
            Fit(Arithmetic with { Parameters = new() { Lambda = 0.9 } }, _models.First, _models.Second);

        using WeightEnsembleTransformer other = ensemble.With(new MergeParameters { Lambda = 0.9 });
        using WeightEnsembleTransformer ties = ensemble.WithRecipe(ensemble.Recipe with { Method = MergeMethod.Ties });

        ShouldScoreLike(other, expected);
        ties.Recipe.Method.Should().Be(MergeMethod.Ties);
        ensemble.Invoking(e => e.WithRecipe(e.Recipe with { BaseModel = "nobody" })).Should().Throw<KeyNotFoundException>()
            .WithMessage("*'nobody'*'base', 'model 1', 'model 2'*");
        ensemble.Invoking(e => e.WithRecipe(e.Recipe with { Method = MergeMethod.Linear, BaseModel = null })).Should().NotThrow();
    }

    [Fact]
    public void WeightEnsemble_NamedModels_HaveNumbersOfTheirOwn()
    {
        var named = new Dictionary<string, ITransformer> { ["a"] = _models.ZeroShot, ["b"] = _models.First };
        var recipe = new MergeRecipe
        {
            Method = MergeMethod.Linear,
            Models = [new("a") { Parameters = new() { Weight = 0.7 } }, new("b") { Parameters = new() { Weight = 0.3 } }],
        };

        using WeightEnsembleTransformer ensemble = _mlContext.Transforms.WeightEnsemble(recipe, named).Fit(_models.Train);
        using WiseFtTransformer expected = _mlContext.Transforms.WiseFt(_models.ZeroShot, _models.First, alpha: 0.3).Fit(_models.Train);

        WiseFtPipelineTests.MaxDifference(_models.Scores(ensemble), _models.Scores(expected)).Should().BeLessThan(1e-6);
    }

    [Theory, InlineData(true, 1.0), InlineData(true, 0.4), InlineData(false, 1.0), InlineData(false, 0.4)]
    public void SaveAndLoad_GivesTheSameEnsembleBitForBit(bool keep, double alpha)
    {
        using WeightEnsembleTransformer saved =
            Fit(Arithmetic with { KeepIngredients = keep, Alpha = alpha }, _models.First, _models.Second);

        using var loaded = (WeightEnsembleTransformer)Reload(saved, out _);

        ShouldScoreLike(loaded, saved);
        (loaded.Alpha, loaded.HasIngredients, loaded.HasEndPoints).Should().Be((alpha, keep, keep));
        loaded.Recipe.Should().Be(saved.Recipe);
        if (!keep) return;
        using WeightEnsembleTransformer before = saved.With(new() { Lambda = -0.2 }), after = loaded.With(new() { Lambda = -0.2 });
        ShouldScoreLike(after, before);
    }

    [Fact]
    public void Save_WritesOnlyTheWeightsThatDifferFromTheBase()
    {
        using WeightEnsembleTransformer kept = Fit(Arithmetic, _models.Second);
        using WeightEnsembleTransformer baked = Fit(Arithmetic with { KeepIngredients = false }, _models.Second);

        Reload(kept, out long keptBytes).As<IDisposable>().Dispose();
        Reload(baked, out long bakedBytes).As<IDisposable>().Dispose();

        ((double)keptBytes / bakedBytes).Should().BeLessThan(1.1, "a linear classifier has its base's encoder");
    }

    [Fact]
    public void KeepIngredients_Off_SaysWhatCannotBeChanged()
    {
        using WeightEnsembleTransformer baked = Fit(Arithmetic with { KeepIngredients = false }, _models.First);

        baked.Invoking(m => m.WithAlpha(0.5)).Should().Throw<InvalidOperationException>().WithMessage("*KeepIngredients = true*");
        baked.Invoking(m => m.With(new())).Should().Throw<InvalidOperationException>().WithMessage("*KeepIngredients = true*");
    }

    [Fact]
    public void Dispose_OfOne_LeavesTheOthersAlone()
    {
        WeightEnsembleTransformer ensemble = Fit(Arithmetic, _models.First, _models.Second), half = ensemble.WithAlpha(0.5);
        WeightEnsembleTransformer other = half.With(new() { Lambda = 0.1 });

        ensemble.Dispose();
        ensemble.Dispose();

        ensemble.Invoking(m => m.Transform(_models.Test)).Should().Throw<ObjectDisposedException>();
        ensemble.Invoking(m => m.WithAlpha(0.5)).Should().Throw<ObjectDisposedException>();
        ensemble.Invoking(m => m.With(new())).Should().Throw<ObjectDisposedException>();
        half.Dispose();
        _models.Scores(other).Should().HaveCount(EmojiImages.Test.Length);
        other.Dispose();
        _models.Scores(_models.ZeroShot).Should().HaveCount(EmojiImages.Test.Length);
    }

    [Fact]
    public void AlphaSelection_ChoosesByValidationData()
    {
        AlphaSelection selection = AlphaSelection.BestAccuracy(_models.Train, [0, 0.5, 1]);

        using WeightEnsembleTransformer chosen = Fit(Arithmetic with { AlphaSelection = selection }, _models.Second);

        RobustnessReport report = _mlContext.MulticlassClassification.EvaluateRobustness(chosen, _models.Train, alphas: [0, 0.5, 1]);
        report.At(chosen.Alpha).Reference.Should().Be(report.Results.Max(r => r.Reference));
    }

    private static void ShouldBeTheSame(float[][] scores, float[][] expected) =>
        scores.Should().BeEquivalentTo(expected, o => o.WithStrictOrdering());

    private void ShouldScoreLike(ITransformer model, ITransformer expected) =>
        ShouldBeTheSame(_models.Scores(model), _models.Scores(expected));

    private WeightEnsembleTransformer Fit(WeightEnsembleEstimator.Options options, params ITransformer[] models) =>
        _mlContext.Transforms.WeightEnsemble(options, models).Fit(_models.Train);

    private MergeRecipe Files(TemporaryFolder folder)
    {
        _models.ZeroShot.SaveClassifier(folder.At("zeroshot.safetensors"));
        _models.First.SaveClassifier(folder.At("first.safetensors"));
        _models.Second.SaveClassifier(folder.At("second.safetensors"));
        return new MergeRecipe
        {
            Method = MergeMethod.TaskArithmetic,
            Parameters = new() { Lambda = 0.4 },
            BaseModel = folder.At("zeroshot.safetensors"),
            Models = [new(folder.At("first.safetensors")), new(folder.At("second.safetensors"))],
        };
    }

    private ITransformer Reload(ITransformer model, out long bytes)
    {
        using var stream = new MemoryStream();
        _mlContext.Model.Save(model, _models.Test.Schema, stream);
        bytes = stream.Length;
        return new MLContext().Model.Load(stream, out _);
    }
}

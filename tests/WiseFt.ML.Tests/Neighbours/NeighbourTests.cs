using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.LightGbm;

namespace WiseFt.ML.Tests;

/// <summary>ML.NET's own trainers and transforms around CLIP's embeddings,
/// in one model that is saved and loaded by another process.</summary>
public sealed class NeighbourTests : IDisposable
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    private IDataView Train => EmojiImages.View(_mlContext, EmojiImages.Train);

    private IDataView Test => EmojiImages.View(_mlContext, EmojiImages.Test);

    /// <summary>LightGBM is native code for x64 that needs OpenMP's library (libgomp1 on Debian);
    /// where it cannot be loaded, L-BFGS stands for all.</summary>
    public static TheoryData<string> Trainers()
    {
        var trainers = new TheoryData<string> { "LbfgsMaximumEntropy" };
        if (NativeLibrary.TryLoad("lib_lightgbm", typeof(NeighbourTests).Assembly, null, out _)) trainers.Add("LightGbm");
        return trainers;
    }

    [Theory, MemberData(nameof(Trainers))]
    public void Trainer_OnNormalisedEmbeddings_LearnsAndScoresTheSameInAnotherProcess(string trainer)
    {
        var pipeline = _mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(_mlContext.Transforms.ClipImageEmbedding("Features", "ImagePath", EmojiImages.ModelPath))
            .AppendCacheCheckpoint(_mlContext)
            .Append(_mlContext.Transforms.NormalizeMinMax("Features"))
            .Append(Trainer(trainer))
            .Append(_mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        using var model = pipeline.Fit(Train);

        _mlContext.MulticlassClassification.Evaluate(model.Transform(Test)).MicroAccuracy
            .Should().BeGreaterThan(0.4, "chance is a quarter");
        RequireSameInAnotherProcess(model);
    }

    [Fact]
    public void KMeans_OnNormalisedEmbeddings_FindsTheClassesAndScoresTheSameInAnotherProcess()
    {
        var pipeline = _mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(_mlContext.Transforms.ClipImageEmbedding("Features", "ImagePath", EmojiImages.ModelPath))
            .AppendCacheCheckpoint(_mlContext)
            .Append(_mlContext.Transforms.NormalizeMinMax("Features"))
            .Append(_mlContext.Clustering.Trainers.KMeans("Features", numberOfClusters: 4));
        using var model = pipeline.Fit(Train);

        ClusteringMetrics metrics = _mlContext.Clustering.Evaluate(
            model.Transform(Test), labelColumnName: "Label", featureColumnName: "Features");
        metrics.NormalizedMutualInformation.Should().BeGreaterThan(0.3, "it is 0 for clusters that have nothing to do with the classes");
        RequireSameInAnotherProcess(model);
    }

    [Fact]
    public void CrossValidate_OfTheTrainerItself_EvaluatesEachFoldOnItsOwnHoldOut()
    {
        IDataView data = EmojiImages.Keyed(_mlContext, EmojiImages.Train);
        var trainer = _mlContext.MulticlassClassification.Trainers.ClipFineTune(
            new ClipFineTuneTrainer.Options
            {
                ModelPath = EmojiImages.ModelPath,
                Mode = FineTuningMode.LinearClassifier,
                Epochs = 5,
                LearningRate = 1e-2,
                BatchSize = 8,
            });

        var folds = _mlContext.MulticlassClassification.CrossValidate(data, trainer, numberOfFolds: 3);

        folds.SelectMany(f => f.ScoredHoldOutSet.GetColumn<string>("ImagePath"))
            .Should().BeEquivalentTo(EmojiImages.Train.Select(r => r.ImagePath));
        folds.Should().OnlyContain(f => f.Model is ClipClassifierTransformer && f.Metrics.MicroAccuracy > 0.25);
        foreach (var fold in folds) ((IDisposable)fold.Model).Dispose();
    }

    // As docs/mlnet.md shows it.
    [Fact]
    public void SearchOverLearningRateAndAlpha_TrainsOnceForEachLearningRate()
    {
        IDataView train = EmojiImages.Keyed(_mlContext, EmojiImages.Train), validation = EmojiImages.Keyed(_mlContext, EmojiImages.Test);
        var options = new WiseFtEstimator.Options
        {
            ModelPath = EmojiImages.ModelPath, Head = new() { Templates = PromptTemplates.Simple },
            Training = new() { Mode = FineTuningMode.LinearClassifier, Epochs = 5, BatchSize = 8 },
        };

        List<(double LearningRate, double Alpha, double Accuracy)> trials = [];
        foreach (double learningRate in new[] { 1e-3, 1e-2 })
        {
            using WiseFtTransformer model =
                _mlContext.Transforms.WiseFt(options with { Training = options.Training with { LearningRate = learningRate } }).Fit(train);
            RobustnessReport report = _mlContext.MulticlassClassification.EvaluateRobustness(
                model, reference: validation, alphas: AlphaGrid.Tenths);
            trials.AddRange(report.Results.Select(result => (learningRate, result.Alpha, result.Reference)));
        }
        var (bestRate, bestAlpha, accuracy) = trials.MaxBy(trial => trial.Accuracy);

        trials.Should().HaveCount(2 * 11);
        trials.Where(t => t.Alpha == 0).Select(t => t.Accuracy).Distinct()
            .Should().ContainSingle("the zero-shot model knows no learning rate");
        using WiseFtTransformer best = _mlContext.Transforms.WiseFt(options with
        {
            Training = options.Training with { LearningRate = bestRate },
            Alpha = bestAlpha,
        }).Fit(train);
        _mlContext.MulticlassClassification.Evaluate(best.Transform(validation)).MicroAccuracy.Should().BeApproximately(accuracy, 1e-12);
    }

    [Fact]
    public void PermutationFeatureImportance_OfATrainerOnEmbeddings_RanksTheirSlots()
    {
        IDataView data = EmojiImages.Keyed(_mlContext, EmojiImages.Train);
        using ClipImageEmbeddingTransformer embedding =
            _mlContext.Transforms.ClipImageEmbedding("Features", "ImagePath", EmojiImages.ModelPath).Fit(data);
        IDataView features = _mlContext.Data.Cache(embedding.Transform(data), "Label", "Features");
        var linear = _mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy().Fit(features);

        var importance = _mlContext.MulticlassClassification.PermutationFeatureImportance(linear, features, permutationCount: 1);

        importance.Should().HaveCount(embedding.EmbeddingDimension);
        importance.Min(slot => slot.LogLossReduction.Mean).Should().BeNegative();
        ITransformer untyped = linear; // the overload that Model Builder's evaluation calls: by the slots' names
        _mlContext.MulticlassClassification.PermutationFeatureImportance(untyped, features, permutationCount: 1).Keys
            .Should().BeEquivalentTo(Enumerable.Range(0, embedding.EmbeddingDimension).Select(i => $"{i}"));
    }

    [Fact]
    public void PermutationFeatureImportance_OfAClassifierOfImages_SaysWhyNot()
    {
        IDataView data = EmojiImages.Keyed(_mlContext, EmojiImages.Train);
        using ClipClassifierTransformer zeroShot =
            _mlContext.Transforms.ClipZeroShot(EmojiImages.ModelPath, templates: PromptTemplates.Simple).Fit(data);
        var chain = zeroShot.Append(_mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(zeroShot.Transform(data)));

        foreach (ITransformer model in new ITransformer[] { zeroShot, chain })
            _mlContext.MulticlassClassification.Invoking(c => c.PermutationFeatureImportance(model, data))
                .Should().Throw<NotSupportedException>()
                .WithMessage("ClipClassifierTransformer*'ImagePath'*PermutationFeatureImportance*ClipImageEmbedding*");
    }

    public void Dispose() => _folder.Dispose();

    private IEstimator<ITransformer> Trainer(string name) => name == "LightGbm"
        ? _mlContext.MulticlassClassification.Trainers.LightGbm(
            new LightGbmMulticlassTrainer.Options { NumberOfIterations = 20, MinimumExampleCountPerLeaf = 2, NumberOfThreads = 1 })
        : _mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy();

    private void RequireSameInAnotherProcess(ITransformer model)
    {
        string path = _folder.At("model.zip"), image = EmojiImages.Test[7].ImagePath;
        _mlContext.Model.Save(model, Train.Schema, path);

        var (label, score) = LoadProbe.Run(path, image);

        var here = model.Transform(EmojiImages.View(_mlContext, [EmojiImages.Test[7]])).Preview();
        label.Should().Be(here.ColumnView.Last(c => c.Column.Name == "PredictedLabel").Values[0].ToString());
        float[] expected = [.. ((VBuffer<float>)here.ColumnView.Last(c => c.Column.Name == "Score").Values[0]).DenseValues()];
        WiseFtPipelineTests.MaxDifference([score], [expected]).Should().BeLessThan(1e-4);
    }
}

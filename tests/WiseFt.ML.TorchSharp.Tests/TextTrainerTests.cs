using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.TorchSharp;

namespace WiseFt.Neighbours.Tests;

/// <summary>The four trainers of text fit, and what they fit transforms.</summary>
public sealed class TextTrainerTests(PretrainedWeights weights) : IClassFixture<PretrainedWeights>
{
    private static readonly Sentence[] _sentences =
    [
        new("a chair of oak with four legs", "A chair of beech, five legs", "furniture", 4f),
        new("a lamp that glows in the dark", "a table for six", "light", 1f),
        new("an arm chair, red", "a red arm chair", "furniture", 5f),
    ];

    [Fact]
    public void TextClassification_FitSavedAndLoaded_ScoresAsBefore()
    {
        MLContext mlContext = weights.WithNasBert().MLContext;
        IDataView data = mlContext.Data.LoadFromEnumerable(_sentences);
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label", nameof(Sentence.Kind))
            .Append(mlContext.MulticlassClassification.Trainers.TextClassification(sentence1ColumnName: "Text", batchSize: 2, maxEpochs: 1))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        using var model = pipeline.Fit(data);
        float[][] scores = [.. model.Transform(data).GetColumn<float[]>("Score")];
        scores.Should().HaveCount(3).And.OnlyContain(s => s.Length == 2 && s.All(float.IsFinite));
        model.Transform(data).GetColumn<string>("PredictedLabel").Should().OnlyContain(l => l == "furniture" || l == "light");

        using var file = new TemporaryFolder();
        mlContext.Model.Save(model, data.Schema, file.At("model.zip"));
        ITransformer loaded = new MLContext().Model.Load(file.At("model.zip"), out _);
        loaded.Transform(data).GetColumn<float[]>("Score").Should().BeEquivalentTo(scores, o => o.WithStrictOrdering());
        ((IDisposable)loaded).Dispose();
    }

    [Fact]
    public void SentenceSimilarity_Fit_ScoresEveryPair()
    {
        MLContext mlContext = weights.WithNasBert().MLContext;
        IDataView data = mlContext.Data.LoadFromEnumerable(_sentences);
        using var model = mlContext.Regression.Trainers.SentenceSimilarity(
            nameof(Sentence.Similarity), sentence1ColumnName: "Text", sentence2ColumnName: nameof(Sentence.Other),
            batchSize: 2, maxEpochs: 1).Fit(data);
        model.Transform(data).GetColumn<float>("Score").Should().HaveCount(3).And.OnlyContain(s => float.IsFinite(s));
    }

    [Fact]
    public void NamedEntityRecognition_Fit_NamesEveryWord()
    {
        MLContext mlContext = weights.WithNerEncoder().MLContext;
        IDataView data = mlContext.Data.LoadFromEnumerable(new Tagged[]
        {
            new("Alice and Bob live in Liechtenstein", ["PERSON", "0", "PERSON", "0", "0", "COUNTRY"]),
            new("Alice lives in Ghana", ["PERSON", "0", "0", "COUNTRY"]),
        });
        IDataView keys = mlContext.Data.LoadFromEnumerable(new Key[] { new("PERSON"), new("CITY"), new("COUNTRY") });
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label", keyData: keys)
            .Append(mlContext.MulticlassClassification.Trainers.NamedEntityRecognition(
                sentence1ColumnName: "Sentence", batchSize: 2, maxEpochs: 1));
        using var model = pipeline.Fit(data);
        model.Transform(data).GetColumn<uint[]>("PredictedLabel").Select(p => p.Length).Should().Equal(6, 4);
    }

    [Fact]
    public void QuestionAnswer_Fit_AnswersFromTheContext()
    {
        MLContext mlContext = weights.WithRoberta().MLContext;
        const string Context = "The chair is made of oak. It has four legs.";
        IDataView data = mlContext.Data.LoadFromEnumerable(new Question[] { new(Context, "What is the chair made of?", "oak", 21) });
        var trainer = mlContext.MulticlassClassification.Trainers.QuestionAnswer(topK: 2, batchSize: 1, maxEpochs: 1);
        using var model = trainer.Fit(data);
        model.Transform(data).GetColumn<string[]>("Answer").Single().Should().HaveCount(2).And.OnlyContain(a => Context.Contains(a.Trim()));
    }

    private sealed record Sentence(string Text, string Other, string Kind, float Similarity);

    private sealed record Tagged(string Sentence, string[] Label);

    private sealed record Key(string Name);

    private sealed record Question(string Context, [property: ColumnName("Question")] string Asked, string TrainingAnswer, int AnswerIndex);
}

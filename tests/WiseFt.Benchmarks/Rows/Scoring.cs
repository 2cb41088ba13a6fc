using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.ML;
using static TorchSharp.torch;

namespace WiseFt.Benchmarks;

/// <summary>Scoring image files through ML.NET, beside the arithmetic alone.</summary>
internal static class Scoring
{
    /// <summary>Batches of rows against forward passes on pixels that are in memory.</summary>
    public static IEnumerable<Measurement> Transform(Inputs inputs)
    {
        Tensor[] batches = inputs.PixelBatches();
        int count = inputs.ImagePaths.Count;
        yield return Alternation.Rates(
            "Transform : forward passes", "images/s", inputs.Settings.Repetitions,
            (count, () => Score(inputs, inputs.Transformer)), (count, () => Forward(inputs.Classifier, batches)));
        yield return Alternation.Rates(
            "the same with products in bfloat16 : forward passes in float32", "images/s", inputs.Settings.Repetitions,
            (count, () => Score(inputs, inputs.RoundedTransformer)), (count, () => Forward(inputs.Classifier, batches)));
        yield return Alternation.Rates(
            "the same in int8 : forward passes in float32", "images/s", inputs.Settings.Repetitions,
            (count, () => Score(inputs, inputs.Int8Transformer)), (count, () => Forward(inputs.Classifier, batches)));
        foreach (Tensor batch in batches) batch.Dispose();
    }

    /// <summary>Single predictions against decoding and a forward pass of one image.</summary>
    public static IEnumerable<Measurement> Prediction(Inputs inputs)
    {
        using var engine = inputs.ML.Model.CreatePredictionEngine<ImageRow, ScoredRow>(
            inputs.Transformer, new PredictionEngineOptions { OwnsTransformer = false });
        var rows = inputs.ImagePaths.Take(Inputs.BatchSize).Select(path => new ImageRow { ImagePath = path }).ToArray();
        yield return Alternation.Seconds(
            $"PredictionEngine : decode and forward, {rows.Length} single images", inputs.Settings.Repetitions,
            () => Array.ForEach(rows, row => engine.Predict(row)),
            () => Array.ForEach(rows, row => DecodeAndForward(inputs.Classifier, row.ImagePath)));
    }

    /// <summary>Scores every image file in a pass over a data view.</summary>
    public static void Score(Inputs inputs, ClipClassifierTransformer transformer)
    {
        int scored = transformer.Transform(inputs.ImageRows).GetColumn<float[]>("Score").Count();
        if (scored != inputs.ImagePaths.Count)
            throw new InvalidOperationException($"{scored} of {inputs.ImagePaths.Count} images are scored.");
    }

    /// <summary>Forward passes alone.</summary>
    public static void Forward(ImageClassifier classifier, IReadOnlyList<Tensor> batches)
    {
        foreach (Tensor batch in batches) classifier.Forward(batch).Dispose();
    }

    private static void DecodeAndForward(ImageClassifier classifier, string path)
    {
        using Tensor pixels = classifier.Preprocessor.Load([path]);
        classifier.Forward(pixels).Dispose();
    }
}

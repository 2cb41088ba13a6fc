using Microsoft.ML;
using WiseFt.Classification;
using WiseFt.Images;
using WiseFt.ML;
using WiseFt.Models;
using WiseFt.Training;
using static TorchSharp.torch;

namespace WiseFt.Fuzzing;

/// <summary>A classifier of a few kilobytes, whose files can be damaged and read thousands of times.</summary>
internal static class TinyModel
{
    private const int Features = 6;

    private static readonly string[] _classes = ["hand", "mammal", "vehicle"];

    private static readonly VisionConfig _vision = new()
    {
        Resolution = 16,
        PatchSize = 8,
        Width = 4,
        Layers = 1,
        Heads = 2,
        MlpWidth = 8,
        Activation = Activation.QuickGelu,
    };

    /// <summary>Small numbers as weights.</summary>
    public static ImageClassifier Classifier()
    {
        using var scope = NewDisposeScope();
        using var encoder = Encoder.Image(_vision, Features);
        using var weights = new Weights(encoder.Weights
            .Select(t => KeyValuePair.Create(ImageClassifier.EncoderPrefix + t.Key, full(t.Value.shape, 0.125f)))
            .Append(KeyValuePair.Create(ImageClassifier.HeadWeight, full(_classes.Length, Features, 0.25f)))
            .Append(KeyValuePair.Create(ImageClassifier.HeadBias, zeros(_classes.Length))));
        var spec = new ClassifierSpec
        {
            ClassNames = [.. _classes],
            EmbeddingDimension = Features,
            Vision = _vision,
            Preprocessor = new ClipPreprocessor { Resolution = _vision.Resolution },
        };
        return new ImageClassifier(spec, weights);
    }

    /// <summary>What a training run of it would be made of.</summary>
    public static TrainingIdentity Identity() => new()
    {
        Options = new FineTuningOptions(),
        ClassNames = [.. _classes],
        ModelSha256 = "00",
        Preprocessing = "{}",
        Images = 3,
        ImagesSha256 = "00",
        Machine = "cpu",
    };

    /// <summary>A saved ML.NET model with both end points.</summary>
    public static byte[] SavedMixture()
    {
        var mlContext = new MLContext(seed: 1);
        using var models = Handle.Own(EndPoints.Own(Classifier(), Classifier()), typeof(WiseFtTransformer));
        var scoring = new ScoringOptions { Precision = Precision.BFloat16 };
        using var mixture = WiseFtTransformer.Mix(
            mlContext, models, LabelKeys.FromNames(_classes), new ScoringColumns(), scoring, 0.5, keepEndPoints: true);
        using var stream = new MemoryStream();
        mlContext.Model.Save(mixture, null, stream);
        return stream.ToArray();
    }
}

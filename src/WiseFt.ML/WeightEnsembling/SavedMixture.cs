using Microsoft.ML;
using Microsoft.ML.Runtime;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.ML;

/// <summary>Mixtures in a saved ML.NET model: both end points and alpha, or the mixture alone.</summary>
/// <remarks>Of the fine-tuned model only the weights that differ from the zero-shot model's are written: a fine-tuned linear classifier
/// takes a few kilobytes.</remarks>
internal static class SavedMixture
{
    private const string ZeroShotStream = "ZeroShot.safetensors",
    FineTunedStream = "FineTuned.safetensors",
    MixtureStream = "Mixture.safetensors";

    private static readonly ModelFile _file = new("WISEFTMX", WiseFtTransformer.LoaderSignature);

    /// <summary>Saves a mixture.</summary>
    public static void Save(ModelSaveContext context, WiseFtTransformer mixture, Handle<EndPoints>? endPoints) =>
        mixture.Scorer.Model.Use(model =>
    {
        _file.Save(context, new MixtureSettings
        {
            Classifier = ClassifierSettings.Of(mixture.Scorer, model),
            Alpha = mixture.Alpha,
            HasEndPoints = endPoints is not null,
        });
        if (endPoints is null) ModelFile.SaveWeights(context, MixtureStream, model.Weights);
        else endPoints.Use(e => e.Use((theta0, theta1) => Save(context, theta0.Weights, theta1.Weights)));
        return model;
    });

    /// <summary>Loads what <see cref="Save(ModelSaveContext, WiseFtTransformer, Handle{EndPoints})"/> wrote.</summary>
    public static WiseFtTransformer Load(IHostEnvironment environment, ModelLoadContext context)
    {
        MixtureSettings settings = _file.Load<MixtureSettings>(context);
        ClassifierSettings classifier = settings.Classifier;
        LabelKeys labels = _file.Make(classifier.Labels);
        Device device = DeviceChoice.OfContext(environment);
        if (!settings.HasEndPoints)
        {
            ImageClassifier mixture = _file.Load(context, MixtureStream, weights => classifier.Create(weights, device));
            return WiseFtTransformer.Own(environment, mixture, labels, classifier.Columns, classifier.Scoring, null, settings.Alpha);
        }
        using Handle<EndPoints> endPoints = LoadEndPoints(context, classifier, device);
        return WiseFtTransformer.Mix(
            environment, endPoints, labels, classifier.Columns, classifier.Scoring, settings.Alpha, keepEndPoints: true);
    }

    private static bool Save(ModelSaveContext context, Weights theta0, Weights theta1)
    {
        ModelFile.SaveWeights(context, ZeroShotStream, theta0);
        ModelFile.SaveWeights(context, FineTunedStream, theta1.Where(t => !WeightSpace.AreEqual(t.Value, theta0[t.Key])).ToDictionary());
        return true;
    }

    private static Handle<EndPoints> LoadEndPoints(ModelLoadContext context, ClassifierSettings settings, Device device)
    {
        ImageClassifier zeroShot = _file.Load(context, ZeroShotStream, weights => settings.Create(weights, device));
        return zeroShot.OrDispose(theta0 =>
        {
            ImageClassifier fineTuned = _file.Load(
                context, FineTunedStream, weights => settings.Create(new OverlaidWeights(weights, theta0.Weights), device));
            return Handle.Own(EndPoints.Own(theta0, fineTuned), typeof(WiseFtTransformer));
        });
    }

    private sealed record MixtureSettings
    {
        public required ClassifierSettings Classifier { get; init; }

        public required double Alpha { get; init => field = MixingCoefficient.Checked(value); }

        public required bool HasEndPoints { get; init; }
    }
}

using Microsoft.ML;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace WiseFt.ML;

/// <summary>Image classifiers in a saved ML.NET model.</summary>
internal static class SavedClassifier
{
    private const string WeightsStream = "Weights.safetensors";

    /// <summary>Saves a scorer with the weights of its model.</summary>
    public static void Save(ModelFile file, ModelSaveContext context, ClassifierScorer scorer) => scorer.Model.Use(model =>
    {
        file.Save(context, ClassifierSettings.Of(scorer, model));
        ModelFile.SaveWeights(context, WeightsStream, model.Weights);
        return model;
    });

    /// <summary>Loads what <see cref="Save"/> wrote.</summary>
    /// <param name="file">The format.</param>
    /// <param name="environment">Chooses the device.</param>
    /// <param name="context">The saved model.</param>
    /// <param name="owner">The transformer to be.</param>
    public static ClassifierScorer Load(ModelFile file, IHostEnvironment environment, ModelLoadContext context, Type owner)
    {
        ClassifierSettings settings = file.Load<ClassifierSettings>(context);
        LabelKeys labels = file.Make(settings.Labels);
        Device device = Device(environment);
        var model = new Shared<ImageClassifier>(file.Load(context, WeightsStream, weights => settings.Create(weights, device)));
        return new ClassifierScorer(environment, new Handle<ImageClassifier>(model, owner), labels, settings.Columns, settings.Scoring());
    }

    /// <summary>The device of a loaded model: the context's GPU, or the CPU.</summary>
    public static Device Device(IHostEnvironment environment)
    {
        using IChannel channel = environment.Start("Loading");
        return DeviceChoice.Resolve(environment, null, channel);
    }
}

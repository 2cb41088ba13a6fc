using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using WiseFt.ML;
using static TorchSharp.torch;

[assembly: LoadableClass(
    typeof(ClipClassifierTransformer), null, typeof(SignatureLoadModel), "CLIP zero-shot classifier",
    ClipClassifierTransformer.ZeroShotSignature)]
[assembly: LoadableClass(
    typeof(ClipClassifierTransformer), null, typeof(SignatureLoadModel), "Fine-tuned CLIP classifier",
    ClipClassifierTransformer.FineTunedSignature)]

namespace WiseFt.ML;

/// <summary>An image classifier made of a CLIP model: a zero-shot one, or one that has been fine-tuned.</summary>
/// <remarks>Holds native memory: dispose it, or the model it is a part of. Safe to use from several threads at once.</remarks>
public sealed class ClipClassifierTransformer : ISingleFeaturePredictionTransformer, IClassifierTransformer, IDisposable
{
    // Saved models name their loaders so: by the two classes that this one was in earlier versions.
    internal const string ZeroShotSignature = "ClipZeroShotTransformer", FineTunedSignature = "ClipFineTuneTransformer";
    private const string WeightsStream = "Weights.safetensors";

    private readonly ModelFile _file;

    internal ClipClassifierTransformer(ModelFile file, ClassifierScorer scorer) => (_file, Scorer) = (file, scorer);

    /// <summary>The classes' names in the order of <c>Score</c>, which is the label column's key order.</summary>
    public IReadOnlyList<string> ClassNames => Scorer.Labels.Names;

    /// <summary>Yes: each row is scored by itself, so that prediction engines work.</summary>
    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>None. ML.NET asks for it in <c>PermutationFeatureImportance</c>.</summary>
    string ISingleFeaturePredictionTransformer.FeatureColumnName => throw Scorer.NoFeatures(nameof(ClipClassifierTransformer));

    ClassifierScorer IClassifierTransformer.Scorer => Scorer;

    internal ClassifierScorer Scorer { get; }

    /// <summary>How zero-shot models are saved.</summary>
    internal static ModelFile ZeroShotFile { get; } = new("CLIP0SHT", ZeroShotSignature);

    /// <summary>How fine-tuned models are saved.</summary>
    internal static ModelFile FineTunedFile { get; } = new("CLIPFINE", FineTunedSignature);

    /// <summary>The schema after scoring.</summary>
    /// <param name="inputSchema">The schema before.</param>
    /// <exception cref="ArgumentException">The image column is missing or no image,
    /// or the label column's classes are other than this model's.</exception>
    /// <exception cref="ObjectDisposedException">The transformer is disposed.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Scorer.GetOutputSchema(inputSchema);

    /// <summary>Adds the scores, which are computed in batches when they are read.</summary>
    /// <param name="input">Data with the image column.</param>
    /// <inheritdoc cref="GetOutputSchema"/>
    public IDataView Transform(IDataView input) => Scorer.Transform(input);

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => Scorer.Bind(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx) => Scorer.Model.Use(model =>
    {
        _file.Save(ctx, ClassifierSettings.Of(Scorer, model));
        ModelFile.SaveWeights(ctx, WeightsStream, model.Weights);
        return model;
    });

    /// <summary>Writes the classifier as a safetensors file with its classes and architecture, for <see cref="ImageClassifier.Load"/>, for
    /// mixing, for ONNX export and for the <c>wiseft</c> command line. The file appears whole or not at all.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <exception cref="ObjectDisposedException">The transformer is disposed.</exception>
    public void SaveClassifier(string path) => Scorer.SaveClassifier(path);

    /// <summary>Frees the model's memory once no scoring under way needs it. May be called again.</summary>
    public void Dispose() => Scorer.Dispose();

    internal static ClipClassifierTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ModelFile file = ZeroShotFile.Wrote(ctx) ? ZeroShotFile : FineTunedFile;
        ClassifierSettings settings = file.Load<ClassifierSettings>(ctx);
        LabelKeys labels = file.Make(settings.Labels);
        Device device = DeviceChoice.OfContext(env);
        ImageClassifier model = file.Load(ctx, WeightsStream, weights => settings.Create(weights, device));
        var handle = Handle.Own(model, typeof(ClipClassifierTransformer));
        return new ClipClassifierTransformer(file, new ClassifierScorer(env, handle, labels, settings.Columns, settings.Scoring));
    }
}

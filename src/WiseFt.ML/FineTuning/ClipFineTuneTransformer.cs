using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using WiseFt.ML;

[assembly: LoadableClass(typeof(ClipFineTuneTransformer), null, typeof(SignatureLoadModel), "Fine-tuned CLIP classifier", ClipFineTuneTransformer.LoaderSignature)]

namespace WiseFt.ML;

/// <summary>A fine-tuned image classifier.</summary>
/// <remarks>Holds native memory: dispose it, or the model it is a part of. Safe to use from several threads at once.</remarks>
public sealed class ClipFineTuneTransformer : ISingleFeaturePredictionTransformer, IDisposable
{
    internal const string LoaderSignature = nameof(ClipFineTuneTransformer);
    private static readonly ModelFile _file = new("CLIPFINE", LoaderSignature);

    internal ClipFineTuneTransformer(ClassifierScorer scorer) => Scorer = scorer;

    /// <summary>The classes' names in the order of <c>Score</c>, which is the label column's key order.</summary>
    public IReadOnlyList<string> ClassNames => Scorer.Labels.Names;

    /// <summary>Yes: each row is scored by itself, so that prediction engines work.</summary>
    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>None. ML.NET asks for it in <c>PermutationFeatureImportance</c>.</summary>
    string ISingleFeaturePredictionTransformer.FeatureColumnName => throw Scorer.NoFeatures(nameof(ClipFineTuneTransformer));

    internal ClassifierScorer Scorer { get; }

    /// <summary>The schema after scoring.</summary>
    /// <param name="inputSchema">The schema before.</param>
    /// <exception cref="ArgumentException">The image column is missing or no image, or the label column's classes are other than this model's.</exception>
    /// <exception cref="ObjectDisposedException">The transformer is disposed.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Scorer.GetOutputSchema(inputSchema);

    /// <summary>Adds the scores, which are computed in batches when they are read.</summary>
    /// <param name="input">Data with the image column.</param>
    /// <inheritdoc cref="GetOutputSchema"/>
    public IDataView Transform(IDataView input) => Scorer.Transform(input);

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => Scorer.Bind(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx) => SavedClassifier.Save(_file, ctx, Scorer);

    /// <inheritdoc cref="ClipZeroShotTransformer.SaveClassifier"/>
    public void SaveClassifier(string path) => Scorer.SaveClassifier(path);

    /// <summary>Frees the model's memory once no scoring under way needs it. May be called again.</summary>
    public void Dispose() => Scorer.Dispose();

    internal static ClipFineTuneTransformer Create(IHostEnvironment env, ModelLoadContext ctx) =>
        new(SavedClassifier.Load(_file, env, ctx, typeof(ClipFineTuneTransformer)));
}

using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using WiseFt.ML;

[assembly: LoadableClass(
    typeof(WiseFtTransformer), null, typeof(SignatureLoadModel), "WiSE-FT classifier", WiseFtTransformer.LoaderSignature)]

namespace WiseFt.ML;

/// <summary>A classifier whose weights are a mixture of a zero-shot and a fine-tuned model's.</summary>
/// <remarks>Holds native memory: dispose it, or the model it is a part of. Safe to use from several threads at once.</remarks>
public sealed class WiseFtTransformer : ISingleFeaturePredictionTransformer, IMixtureTransformer, IDisposable
{
    internal const string LoaderSignature = nameof(WiseFtTransformer);

    private readonly ClassifierScorer _scorer;
    private readonly Handle<EndPoints>? _endPoints;

    private WiseFtTransformer(ClassifierScorer scorer, Handle<EndPoints>? endPoints, double alpha) =>
        (_scorer, _endPoints, Alpha) = (scorer, endPoints, alpha);

    /// <summary>The mixing coefficient, in [0, 1]: 0 is the zero-shot model, 1 the fine-tuned one.</summary>
    public double Alpha { get; }

    /// <summary>The classes' names in the order of <c>Score</c>, which is the label column's key order.</summary>
    public IReadOnlyList<string> ClassNames => _scorer.Labels.Names;

    /// <summary>Whether the two models that are mixed are still there, so that <see cref="WithAlpha"/> works.</summary>
    public bool HasEndPoints => _endPoints is not null;

    /// <summary>Yes: each row is scored by itself, so that prediction engines work.</summary>
    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>None. ML.NET asks for it in <c>PermutationFeatureImportance</c>.</summary>
    string ISingleFeaturePredictionTransformer.FeatureColumnName => throw _scorer.NoFeatures(nameof(WiseFtTransformer));

    ClassifierScorer IClassifierTransformer.Scorer => _scorer;

    internal ClassifierScorer Scorer => _scorer;

    /// <summary>Finds the mixture in a model, such as a loaded one.</summary>
    /// <param name="model">A WiSE-FT transformer, or a chain with exactly one.</param>
    /// <returns>The transformer; it stays a part of the model.</returns>
    /// <exception cref="ArgumentException">There is none, or there are several.</exception>
    public static WiseFtTransformer FindIn(ITransformer model) =>
        MixtureTransformers.FindIn<WiseFtTransformer>(model, "WiSE-FT transformers");

    /// <summary>The same two models at another mixing coefficient: one interpolation, no training.</summary>
    /// <param name="alpha">In [0, 1].</param>
    /// <returns>A transformer of its own, which shares the two models with this one; either may be disposed first.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Alpha is NaN or outside [0, 1].</exception>
    /// <exception cref="InvalidOperationException">The two models were not kept.</exception>
    /// <exception cref="ObjectDisposedException">The transformer is disposed.</exception>
    public WiseFtTransformer WithAlpha(double alpha)
    {
        MixingCoefficient.Checked(alpha);
        _scorer.Model.RequireAlive();
        return Mix(_scorer.Environment, RequireEndPoints(), _scorer.Labels, _scorer.Columns, _scorer.Scoring, alpha, keepEndPoints: true);
    }

    /// <inheritdoc cref="ClipClassifierTransformer.GetOutputSchema"/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => _scorer.GetOutputSchema(inputSchema);

    /// <inheritdoc cref="ClipClassifierTransformer.Transform"/>
    public IDataView Transform(IDataView input) => _scorer.Transform(input);

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => _scorer.Bind(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx) => SavedMixture.Save(ctx, this, _endPoints);

    /// <summary>Writes the mixture as a safetensors file with its classes and architecture, for <see cref="ImageClassifier.Load"/>, for
    /// ONNX export and for the <c>wiseft</c> command line. The file appears whole or not at all.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <exception cref="ObjectDisposedException">The transformer is disposed.</exception>
    public void SaveClassifier(string path) => _scorer.SaveClassifier(path);

    /// <summary>Frees the mixture's memory once no scoring under way needs it, and the two models' once no other transformer does.
    /// May be called again.</summary>
    public void Dispose()
    {
        _scorer.Dispose();
        _endPoints?.Dispose();
    }

    Handle<EndPoints> IMixtureTransformer.RequireEndPoints() => RequireEndPoints();

    IMixtureTransformer IMixtureTransformer.WithAlpha(double alpha) => WithAlpha(alpha);

    /// <inheritdoc cref="IMixtureTransformer.RequireEndPoints"/>
    internal Handle<EndPoints> RequireEndPoints() => _endPoints ?? throw new InvalidOperationException(
        $"This mixture holds the weights at alpha {Alpha.ToString(System.Globalization.CultureInfo.InvariantCulture)} alone, " +
        "because it was made with KeepEndPoints = false; other alphas need the zero-shot and the fine-tuned weights. " +
        "Fit again with KeepEndPoints = true.");

    /// <summary>Mixes two models, of which the new transformer keeps holds of its own.</summary>
    internal static WiseFtTransformer Mix(
        IHostEnvironment environment, Handle<EndPoints> endPoints, LabelKeys labels, ScoringColumns columns, ScoringOptions scoring,
        double alpha, bool keepEndPoints)
    {
        return endPoints.Use(e => e.Mix(alpha)).OrDispose(mixture => Own(
            environment, mixture, labels, columns, scoring, keepEndPoints ? endPoints.Share(typeof(WiseFtTransformer)) : null, alpha));
    }

    /// <summary>A transformer that owns a mixture.</summary>
    internal static WiseFtTransformer Own(
        IHostEnvironment environment, ImageClassifier mixture, LabelKeys labels, ScoringColumns columns, ScoringOptions scoring,
        Handle<EndPoints>? endPoints, double alpha)
    {
        var handle = Handle.Own(mixture, typeof(WiseFtTransformer));
        return new WiseFtTransformer(new ClassifierScorer(environment, handle, labels, columns, scoring), endPoints, alpha);
    }

    internal static WiseFtTransformer Create(IHostEnvironment env, ModelLoadContext ctx) => SavedMixture.Load(env, ctx);
}

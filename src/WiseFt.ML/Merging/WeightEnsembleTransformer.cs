using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using WiseFt.ML;

[assembly: LoadableClass(
    typeof(WeightEnsembleTransformer), null, typeof(SignatureLoadModel), "Weight ensemble", WeightEnsembleTransformer.LoaderSignature)]

namespace WiseFt.ML;

/// <summary>A classifier whose weights are merged of several models'.</summary>
/// <remarks>Holds native memory: dispose it, or the model it is a part of. Safe to use from several threads at once.</remarks>
public sealed class WeightEnsembleTransformer : ISingleFeaturePredictionTransformer, IMixtureTransformer, IDisposable
{
    internal const string LoaderSignature = "WeightEnsemble"; // ML.NET keeps 24 letters

    private readonly ClassifierScorer _scorer;
    private readonly Handle<Ingredients>? _ingredients;
    private readonly Handle<EndPoints>? _endPoints; // the base, and what is merged

    private WeightEnsembleTransformer(
        ClassifierScorer scorer, MergeRecipe recipe, double alpha, Handle<Ingredients>? ingredients, Handle<EndPoints>? endPoints) =>
        (_scorer, Recipe, Alpha, _ingredients, _endPoints) = (scorer, recipe, alpha, ingredients, endPoints);

    /// <summary>How the models were merged; it calls them by short names.</summary>
    public MergeRecipe Recipe { get; }

    /// <summary>The mixing coefficient, in [0, 1]: 0 is the base, 1 the ensemble; 1 where there is no base.</summary>
    public double Alpha { get; }

    /// <summary>The classes' names in the order of <c>Score</c>, which is the label column's key order.</summary>
    public IReadOnlyList<string> ClassNames => _scorer.Labels.Names;

    /// <summary>Whether the models that are merged are still there, so that <see cref="With"/> and <see cref="WithRecipe"/> work.</summary>
    public bool HasIngredients => _ingredients is not null;

    /// <summary>Whether base and ensemble are both there, so that <see cref="WithAlpha"/> works.</summary>
    public bool HasEndPoints => _endPoints is not null;

    /// <summary>The runs that a model soup was chosen from, in order; empty for other ensembles.</summary>
    public ImmutableArray<SoupRun> Runs { get; internal init; } = [];

    /// <summary>Yes: each row is scored by itself, so that prediction engines work.</summary>
    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>None. ML.NET asks for it in <c>PermutationFeatureImportance</c>.</summary>
    string ISingleFeaturePredictionTransformer.FeatureColumnName => throw _scorer.NoFeatures(nameof(WeightEnsembleTransformer));

    ClassifierScorer IClassifierTransformer.Scorer => _scorer;

    private EnsembleSetting Setting => new(_scorer.Environment, _scorer.Labels, _scorer.Columns, _scorer.Scoring);

    /// <summary>Finds the ensemble in a model, such as a loaded one.</summary>
    /// <param name="model">A weight ensemble, or a chain with exactly one.</param>
    /// <returns>The transformer; it stays a part of the model.</returns>
    /// <exception cref="ArgumentException">There is none, or there are several.</exception>
    public static WeightEnsembleTransformer FindIn(ITransformer model) =>
        MixtureTransformers.FindIn<WeightEnsembleTransformer>(model, "weight ensembles");

    /// <summary>Base and ensemble at another mixing coefficient: one interpolation, no merge and no training.</summary>
    /// <param name="alpha">In [0, 1].</param>
    /// <returns>A transformer of its own, which shares all models with this one; either may be disposed first.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Alpha is NaN or outside [0, 1].</exception>
    /// <exception cref="InvalidOperationException">There is no base, or it was not kept.</exception>
    /// <exception cref="ObjectDisposedException">The transformer is disposed.</exception>
    public WeightEnsembleTransformer WithAlpha(double alpha)
    {
        MixingCoefficient.Checked(alpha);
        _scorer.Model.RequireAlive();
        return Mix(Setting, Recipe, alpha, _ingredients, RequireEndPoints(), Runs);
    }

    /// <summary>The same models merged by the same method with other numbers.</summary>
    /// <param name="parameters">The recipe's parameters; those of single models stay.</param>
    /// <inheritdoc cref="WithRecipe" path="/returns|/exception"/>
    public WeightEnsembleTransformer With(MergeParameters parameters) => WithRecipe(Recipe with { Parameters = parameters });

    /// <summary>The same models merged anew, at the same alpha: no training.</summary>
    /// <param name="recipe">What to merge and how, with the names that <see cref="Recipe"/> calls the models by.</param>
    /// <returns>A transformer of its own, which shares the models with this one; either may be disposed first.</returns>
    /// <exception cref="ArgumentException">The recipe cannot be followed, looks at images, or has no base where alpha is not 1.</exception>
    /// <exception cref="KeyNotFoundException">The recipe names a model that is not there.</exception>
    /// <exception cref="InvalidOperationException">The models were not kept.</exception>
    /// <exception cref="ObjectDisposedException">The transformer is disposed.</exception>
    public WeightEnsembleTransformer WithRecipe(MergeRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        _scorer.Model.RequireAlive();
        Handle<Ingredients> models = _ingredients ?? throw NotKept("another recipe needs the models that are merged");
        using Ingredients other = models.Use(i => i.With(recipe));
        return Merge(Setting, other, ends => Alpha == 1 || ends is not null ? Alpha : throw NoBase("another alpha than 1"), true, Runs);
    }

    /// <inheritdoc cref="ClipClassifierTransformer.GetOutputSchema"/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => _scorer.GetOutputSchema(inputSchema);

    /// <inheritdoc cref="ClipClassifierTransformer.Transform"/>
    public IDataView Transform(IDataView input) => _scorer.Transform(input);

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => _scorer.Bind(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx) => SavedEnsemble.Save(ctx, this, _ingredients);

    /// <summary>Writes the ensemble as a safetensors file with its classes and architecture, for <see cref="ImageClassifier.Load"/>, for
    /// mixing, for ONNX export and for the <c>wiseft</c> command line. The file appears whole or not at all.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <exception cref="ObjectDisposedException">The transformer is disposed.</exception>
    public void SaveClassifier(string path) => _scorer.SaveClassifier(path);

    /// <summary>Frees the ensemble's memory once no scoring under way needs it, and the models' once no other transformer does.
    /// May be called again.</summary>
    public void Dispose()
    {
        _scorer.Dispose();
        _ingredients?.Dispose();
        _endPoints?.Dispose();
    }

    Handle<EndPoints> IMixtureTransformer.RequireEndPoints() => RequireEndPoints();

    IMixtureTransformer IMixtureTransformer.WithAlpha(double alpha) => WithAlpha(alpha);

    /// <summary>The error for what needs a base.</summary>
    internal static ArgumentException NoBase(string what) => new(
        $"The ensemble has no base, and {what} mixes it with one. Give it the model that the others come from: BaseModel of the options, " +
        "or `base_model` of the recipe.");

    /// <summary>Merges models, and keeps holds of its own on them where they are to be kept.</summary>
    /// <param name="setting">Labels, columns and scoring.</param>
    /// <param name="models">The models; they stay the caller's.</param>
    /// <param name="alpha">Decides on alpha, given base and ensemble; given null where there is no base.</param>
    /// <param name="keepIngredients">Whether they are kept.</param>
    /// <param name="runs">The runs of a soup.</param>
    internal static WeightEnsembleTransformer Merge(
        EnsembleSetting setting, Ingredients models, Func<Handle<EndPoints>?, double> alpha, bool keepIngredients,
        ImmutableArray<SoupRun> runs = default)
    {
        using var merged = Handle.Own(models.Merge(), typeof(WeightEnsembleTransformer));
        using Handle<EndPoints>? endPoints = models.Base is { } theta0 ? Ends(theta0, merged) : null;
        double chosen = alpha(endPoints);
        using Handle<Ingredients>? kept = keepIngredients
            ? Handle.Own(models.With(models.Recipe), typeof(WeightEnsembleTransformer))
            : null;
        if (endPoints is null) return Own(setting, merged.Share(typeof(WeightEnsembleTransformer)), models.Recipe, 1, kept, null, runs);
        return Mix(setting, models.Recipe, chosen, kept, endPoints, runs, keepIngredients);
    }

    /// <summary>A transformer that owns a classifier, and shares the rest.</summary>
    internal static WeightEnsembleTransformer Own(
        EnsembleSetting setting, Handle<ImageClassifier> model, MergeRecipe recipe, double alpha, Handle<Ingredients>? ingredients,
        Handle<EndPoints>? endPoints, ImmutableArray<SoupRun> runs)
    {
        var scorer = new ClassifierScorer(setting.Environment, model, setting.Labels, setting.Columns, setting.Scoring);
        return new WeightEnsembleTransformer(
            scorer, recipe, alpha, ingredients?.Share(typeof(WeightEnsembleTransformer)),
            endPoints?.Share(typeof(WeightEnsembleTransformer)))
        {
            Runs = runs.IsDefault ? [] : runs,
        };
    }

    internal static WeightEnsembleTransformer Create(IHostEnvironment env, ModelLoadContext ctx) => SavedEnsemble.Load(env, ctx);

    /// <summary>Base and ensemble at a coefficient. At 1 it is the ensemble itself, which is in memory once.</summary>
    private static WeightEnsembleTransformer Mix(
        EnsembleSetting setting, MergeRecipe recipe, double alpha, Handle<Ingredients>? ingredients, Handle<EndPoints> endPoints,
        ImmutableArray<SoupRun> runs, bool keepEndPoints = true)
    {
        Handle<ImageClassifier> mixture = endPoints.Use(e => alpha == 1
            ? e.FineTuned.Share(typeof(WeightEnsembleTransformer))
            : Handle.Own(e.Mix(alpha), typeof(WeightEnsembleTransformer)));
        return mixture.OrDispose(m => Own(setting, m, recipe, alpha, ingredients, keepEndPoints ? endPoints : null, runs));
    }

    private static Handle<EndPoints> Ends(Handle<ImageClassifier> theta0, Handle<ImageClassifier> merged) =>
        theta0.Share(typeof(WeightEnsembleTransformer)).OrDispose(first => Handle.Own(
            new EndPoints(first, merged.Share(typeof(WeightEnsembleTransformer))), typeof(WeightEnsembleTransformer)));

    private Handle<EndPoints> RequireEndPoints() => _endPoints ?? throw (Recipe.BaseModel is null
        ? new InvalidOperationException(NoBase("another alpha than 1").Message)
        : NotKept("other alphas need base and ensemble"));

    private static InvalidOperationException NotKept(string what) => new(
        $"This ensemble holds its merged weights alone, because it was made with KeepIngredients = false; {what}. " +
        "Fit again with KeepIngredients = true.");
}

/// <summary>What all transformers of one ensemble have in common.</summary>
internal sealed record EnsembleSetting(IHostEnvironment Environment, LabelKeys Labels, ScoringColumns Columns, ScoringOptions Scoring);

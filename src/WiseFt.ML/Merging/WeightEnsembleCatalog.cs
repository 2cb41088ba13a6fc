using Microsoft.ML.Data;
using WiseFt;
using WiseFt.ML;

namespace Microsoft.ML;

/// <summary>Weight ensembles on <c>mlContext.Transforms</c>.</summary>
public static class WeightEnsembleCatalog
{
    /// <summary>Merges models on disk, as a recipe says.</summary>
    /// <param name="catalog">The context's <c>Transforms</c>.</param>
    /// <param name="recipe">What to merge and how (<see cref="MergeRecipe.Load"/> reads one): its models are files that
    /// <see cref="ImageClassifier.Save"/> or <c>wiseft train</c> wrote, folders of the latter, or CLIP models, of which zero-shot
    /// classifiers are made. One that looks at images (<c>evaluate</c>, <c>recalibrate</c>, a greedy or learned soup, Fisher, RegMean) is
    /// followed on disk, and the ensemble then keeps its outcome and the base instead of its models; <c>search</c> is refused, because
    /// <see cref="WeightEnsembleEstimator.RecipeOptions.AlphaSelection"/> does the same.</param>
    /// <exception cref="ArgumentException">The recipe cannot be followed, or searches.</exception>
    public static WeightEnsembleEstimator WeightEnsemble(this TransformsCatalog catalog, MergeRecipe recipe) =>
        catalog.WeightEnsemble(recipe, new WeightEnsembleEstimator.RecipeOptions());

    /// <summary>Merges models on disk, as a recipe says, with all settings.</summary>
    /// <param name="catalog">The context's <c>Transforms</c>.</param>
    /// <param name="recipe">What to merge and how.</param>
    /// <param name="options">The settings.</param>
    /// <inheritdoc cref="WeightEnsemble(TransformsCatalog, MergeRecipe)" path="/exception"/>
    public static WeightEnsembleEstimator WeightEnsemble(
        this TransformsCatalog catalog, MergeRecipe recipe, WeightEnsembleEstimator.RecipeOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(options);
        return new WeightEnsembleEstimator(
            catalog.GetEnvironment(), new CheckpointIngredients(recipe, options), options.AlphaSelection, options.KeepIngredients,
            options.CancellationToken);
    }

    /// <summary>Merges fitted transformers by one method.</summary>
    /// <param name="catalog">The context's <c>Transforms</c>.</param>
    /// <param name="options">The settings.</param>
    /// <param name="models">Transformers of one architecture and the same classes, or chains with exactly one classifier. They are shared,
    /// and may be disposed once the ensemble is fitted. Columns are the base's, or the first model's where there is no base. The recipe
    /// calls them "model 1", "model 2" and so on, and the base "base".</param>
    /// <exception cref="ArgumentException">A model has no classifier or several, or the method cannot be followed with these models.
    /// </exception>
    public static WeightEnsembleEstimator WeightEnsemble(
        this TransformsCatalog catalog, WeightEnsembleEstimator.Options options, params IReadOnlyList<ITransformer> models)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(models);
        const string theta0 = "base";
        var named = models.Select((model, i) => (Name: FormattableString.Invariant($"model {i + 1}"), Model: model)).ToArray();
        var recipe = new MergeRecipe
        {
            Method = options.Method,
            Parameters = options.Parameters,
            BaseModel = options.BaseModel is null ? null : theta0,
            Models = [.. named.Select(m => new MergeIngredient(m.Name))],
        };
        var all = named.ToDictionary(m => m.Name, m => m.Model);
        if (options.BaseModel is not null) all.Add(theta0, options.BaseModel);
        return catalog.WeightEnsemble(recipe, all, options);
    }

    /// <summary>Merges fitted transformers, as a recipe says that calls them by name: with numbers for each model.</summary>
    /// <param name="catalog">The context's <c>Transforms</c>.</param>
    /// <param name="recipe">What to merge and how; it may not look at images.</param>
    /// <param name="models">The transformers by the names in the recipe.</param>
    /// <param name="alpha">Mixing coefficient in [0, 1] between the recipe's base and what is merged; 1 is the latter.</param>
    /// <param name="keepIngredients">Whether the ensemble keeps the models.</param>
    /// <exception cref="ArgumentException">A model has no classifier or several, or the recipe cannot be followed with these models.
    /// </exception>
    /// <exception cref="KeyNotFoundException">The recipe names a model that is not there.</exception>
    public static WeightEnsembleEstimator WeightEnsemble(
        this TransformsCatalog catalog, MergeRecipe recipe, IReadOnlyDictionary<string, ITransformer> models, double alpha = 1,
        bool keepIngredients = true)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(models);
        return catalog.WeightEnsemble(
            recipe, models, new WeightEnsembleEstimator.Options { Alpha = alpha, KeepIngredients = keepIngredients });
    }

    private static WeightEnsembleEstimator WeightEnsemble(
        this TransformsCatalog catalog, MergeRecipe recipe, IReadOnlyDictionary<string, ITransformer> models,
        WeightEnsembleEstimator.Options options) => new(
            catalog.GetEnvironment(), new TransformerIngredients(recipe, models), options.AlphaSelection, options.KeepIngredients,
            options.CancellationToken);
}

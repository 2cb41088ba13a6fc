using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>The models of fitted transformers, shared with them. Columns are those of the base, or of the first model where there is no
/// base.</summary>
internal sealed class TransformerIngredients : IIngredientSource
{
    private readonly MergeRecipe _recipe;
    private readonly IReadOnlyList<(string Name, ClassifierScorer Scorer)> _models; // the first has the columns

    /// <summary>Finds the models that a recipe names.</summary>
    /// <exception cref="ArgumentException">One has no classifier or several, or the recipe cannot be followed.</exception>
    /// <exception cref="KeyNotFoundException">The recipe names a model that is not there.</exception>
    public TransformerIngredients(MergeRecipe recipe, IReadOnlyDictionary<string, ITransformer> models)
    {
        if (Merge.LooksAtImages(recipe))
            throw new ArgumentException(
                "The recipe looks at images, by its method or by `search`, `evaluate` or `recalibrate`, for which models must lie on " +
                $"disk. Pass a recipe of paths; for `search` set {nameof(WeightEnsembleEstimator.Options.AlphaSelection)} instead, and " +
                "for a greedy soup train it by ModelSoup.", nameof(recipe));
        recipe.RequirePossible();
        _recipe = recipe;
        string[] names = [.. recipe.BaseModel is { } theta0 ? (string[])[theta0] : [], .. recipe.Merged.Select(m => m.Model)];
        _models = [.. names.Distinct(StringComparer.Ordinal).Select(name => (name, FinalClassifier.FindIn(Find(name))))];

        ITransformer Find(string name) => models.TryGetValue(name, out ITransformer? model) ? model : throw new KeyNotFoundException(
            $"The recipe merges '{name}', which is not among the models: {Listed.Quoted([.. models.Keys])}.");
    }

    public ScoringColumns Columns => _models[0].Scorer.Columns;

    public ScoringOptions Scoring => _models[0].Scorer.Scoring;

    public SchemaShape GetOutputSchema(SchemaShape input) => Columns.Extend(input, _models[0].Scorer.Labels.ValueType.ItemType);

    public (Ingredients Models, LabelKeys Labels) Fit(IHostEnvironment environment, IDataView data, CancellationToken cancel)
    {
        LabelKeys labels = _models[0].Scorer.Labels;
        foreach (var (name, scorer) in _models.Skip(1)) ModelClasses.RequireSame(labels, _models[0].Name, scorer.Labels, name);
        if (Columns.FindLabel(data.Schema) is { } label)
        {
            LabelKeys.Count(label); // as the other forms, which read the classes there
            labels.RequireSame(label);
        }
        ImageColumn.Find(data.Schema, Columns.ImageColumnName);
        var shared = new List<(string, Handle<ImageClassifier>)>(_models.Count);
        try
        {
            foreach (var (name, scorer) in _models) shared.Add((name, OnDeviceOf(_models[0].Scorer.Model, scorer)));
            return (new Ingredients(_recipe with { Models = _recipe.Merged }, shared), labels);
        }
        catch
        {
            foreach (var (_, model) in shared) model.Dispose();
            throw;
        }
    }

    /// <summary>A model, copied where the first one is on another device.</summary>
    private static Handle<ImageClassifier> OnDeviceOf(Handle<ImageClassifier> first, ClassifierScorer scorer)
    {
        var device = first.Use(m => m.Device);
        Handle<ImageClassifier> shared = scorer.Model.Share(typeof(WeightEnsembleTransformer));
        if (shared.Use(m => m.Device.type == device.type && m.Device.index == device.index)) return shared;
        using (shared) return Handle.Own(shared.Use(m => m.WithWeights(m.Weights, device)), typeof(WeightEnsembleTransformer));
    }
}

/// <summary>Whether models have the same classes.</summary>
internal static class ModelClasses
{
    /// <exception cref="ArgumentException">The classes differ.</exception>
    public static void RequireSame(LabelKeys labels, string name, LabelKeys others, string other)
    {
        if (!labels.Names.SequenceEqual(others.Names, ClassNameComparer.Instance))
            throw new ArgumentException(
                $"'{name}' has the {labels.Names.Length} classes {LabelKeys.Listed(labels.Names)}, '{other}' the {others.Names.Length} " +
                $"classes {LabelKeys.Listed(others.Names)}; expected the same in the same order. Make all with the same label mapping.");
    }
}

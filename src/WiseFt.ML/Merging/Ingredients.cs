using Microsoft.ML;
using Microsoft.ML.Runtime;
using WiseFt.Tensors;

namespace WiseFt.ML;

/// <summary>Models by name, and the recipe that merges them. Owns its holds on them.</summary>
internal sealed class Ingredients(MergeRecipe recipe, IReadOnlyList<(string Name, Handle<ImageClassifier> Model)> models) : IDisposable
{
    public MergeRecipe Recipe => recipe;

    public IReadOnlyList<string> Names => [.. models.Select(m => m.Name)];

    /// <summary>The recipe's base; null where it has none.</summary>
    public Handle<ImageClassifier>? Base => models.FirstOrDefault(m => m.Name == recipe.BaseModel).Model;

    /// <summary>The same models with another recipe; either may be disposed first.</summary>
    public Ingredients With(MergeRecipe other)
    {
        var shared = new List<(string, Handle<ImageClassifier>)>(models.Count);
        try
        {
            foreach (var (name, model) in models) shared.Add((name, model.Share(typeof(WeightEnsembleTransformer))));
            return new Ingredients(other, shared);
        }
        catch
        {
            foreach (var (_, model) in shared) model.Dispose();
            throw;
        }
    }

    /// <summary>A new classifier, merged.</summary>
    /// <exception cref="ArgumentException">The recipe cannot be followed, or looks at images.</exception>
    /// <exception cref="KeyNotFoundException">It names a model that is not there.</exception>
    /// <exception cref="WeightMismatchException">The models have different architectures.</exception>
    public ImageClassifier Merge()
    {
        recipe.RequirePossible();
        return Use(classifiers =>
        {
            using Weights merged = WiseFt.Merge.Run(recipe, classifiers.ToDictionary(c => c.Key, c => c.Value.Weights));
            return classifiers[recipe.BaseModel ?? recipe.Models[0].Model].WithWeights(merged);
        });
    }

    /// <summary>Works with all models, which cannot go away meanwhile.</summary>
    public T Use<T>(Func<IReadOnlyDictionary<string, ImageClassifier>, T> work)
    {
        var held = new Dictionary<string, ImageClassifier>(StringComparer.Ordinal);
        return Hold(0);

        T Hold(int i) => i == models.Count ? work(held) : models[i].Model.Use(classifier =>
        {
            held.Add(models[i].Name, classifier);
            return Hold(i + 1);
        });
    }

    public void Dispose()
    {
        foreach (var (_, model) in models) model.Dispose();
    }
}

/// <summary>Where the models of a weight ensemble come from.</summary>
internal interface IIngredientSource
{
    /// <summary>The columns that the ensemble reads and adds.</summary>
    ScoringColumns Columns { get; }

    /// <summary>How the ensemble scores.</summary>
    ScoringOptions Scoring { get; }

    /// <summary>The schema after scoring, before there is data.</summary>
    SchemaShape GetOutputSchema(SchemaShape input);

    /// <summary>Finds the models.</summary>
    /// <param name="environment">The context.</param>
    /// <param name="data">Data whose schema alone is read.</param>
    /// <param name="cancel">Stops; the options' own token is a part of it.</param>
    /// <returns>The models, owned by the caller, and their classes.</returns>
    (Ingredients Models, LabelKeys Labels) Fit(IHostEnvironment environment, IDataView data, CancellationToken cancel);
}

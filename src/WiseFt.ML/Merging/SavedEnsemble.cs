using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.ML;

/// <summary>Weight ensembles in a saved ML.NET model: recipe and models, or the merged weights alone.</summary>
/// <remarks>One model is written whole, the base where there is one; of the others only the weights that differ from it.</remarks>
internal static class SavedEnsemble
{
    private const string MergedStream = "Merged.safetensors";

    private static readonly ModelFile _file = new("WISEFTEN", WeightEnsembleTransformer.LoaderSignature);

    /// <summary>Saves an ensemble.</summary>
    public static void Save(ModelSaveContext context, WeightEnsembleTransformer ensemble, Handle<Ingredients>? ingredients)
    {
        ClassifierScorer scorer = ((IClassifierTransformer)ensemble).Scorer;
        scorer.Model.Use(model =>
        {
            EnsembleSettings settings = new()
            {
                Classifier = ClassifierSettings.Of(scorer, model),
                Alpha = ensemble.Alpha,
                Recipe = ensemble.Recipe.ToJson(),
                Ingredients = ingredients is null ? [] : ingredients.Use(i => i.Names.ToImmutableArray()),
                Runs = ensemble.Runs,
            };
            _file.Save(context, settings);
            if (ingredients is null) ModelFile.SaveWeights(context, MergedStream, model.Weights);
            else ingredients.Use(i => i.Use(models => Save(context, i.Names, models)));
            return model;
        });
    }

    /// <summary>Loads what <see cref="Save(ModelSaveContext, WeightEnsembleTransformer, Handle{Ingredients})"/> wrote.</summary>
    public static WeightEnsembleTransformer Load(IHostEnvironment environment, ModelLoadContext context)
    {
        EnsembleSettings settings = _file.Load<EnsembleSettings>(context);
        ClassifierSettings classifier = settings.Classifier;
        MergeRecipe recipe = _file.Make(() => MergeRecipe.Parse(settings.Recipe));
        var setting = new EnsembleSetting(environment, _file.Make(classifier.Labels), classifier.Columns, classifier.Scoring);
        Device device = DeviceChoice.OfContext(environment);
        if (settings.Ingredients.IsEmpty)
        {
            ImageClassifier merged = _file.Load(context, MergedStream, weights => classifier.Create(weights, device));
            return WeightEnsembleTransformer.Own(
                setting, Handle.Own(merged, typeof(WeightEnsembleTransformer)), recipe, settings.Alpha, null, null, settings.Runs);
        }
        using Ingredients models = LoadModels(context, recipe, settings.Ingredients, classifier, device);
        return _file.Make(() => WeightEnsembleTransformer.Merge(setting, models, _ => settings.Alpha, true, settings.Runs));
    }

    private static bool Save(ModelSaveContext context, IReadOnlyList<string> names, IReadOnlyDictionary<string, ImageClassifier> models)
    {
        Weights first = models[names[0]].Weights;
        ModelFile.SaveWeights(context, Stream(0), first);
        for (int i = 1; i < names.Count; i++)
            ModelFile.SaveWeights(
                context, Stream(i),
                models[names[i]].Weights.Where(t => !WeightSpace.AreEqual(t.Value, first[t.Key])).ToDictionary());
        return true;
    }

    private static Ingredients LoadModels(
        ModelLoadContext context, MergeRecipe recipe, ImmutableArray<string> names, ClassifierSettings settings, Device device)
    {
        var models = new List<(string, Handle<ImageClassifier>)>(names.Length);
        try
        {
            ImageClassifier first = _file.Load(context, Stream(0), weights => settings.Create(weights, device));
            models.Add((names[0], Handle.Own(first, typeof(WeightEnsembleTransformer))));
            for (int i = 1; i < names.Length; i++)
            {
                ImageClassifier other = _file.Load(
                    context, Stream(i), weights => settings.Create(new OverlaidWeights(weights, first.Weights), device));
                models.Add((names[i], Handle.Own(other, typeof(WeightEnsembleTransformer))));
            }
            return new Ingredients(recipe, models);
        }
        catch
        {
            foreach (var (_, model) in models) model.Dispose();
            throw;
        }
    }

    private static string Stream(int model) => FormattableString.Invariant($"Model{model}.safetensors");

    private sealed record EnsembleSettings
    {
        public required ClassifierSettings Classifier { get; init; }

        public required double Alpha { get; init => field = MixingCoefficient.Checked(value); }

        public required string Recipe { get; init; }

        /// <summary>The models' names; none where the merged weights alone are kept.</summary>
        public required ImmutableArray<string> Ingredients { get; init; }

        /// <summary>The runs of a model soup.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public ImmutableArray<SoupRun> Runs { get; init => field = value.IsDefault ? [] : value; } = [];
    }
}

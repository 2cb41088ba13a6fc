using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using WiseFt.Classification;
using WiseFt.Runs;
using static TorchSharp.torch;

namespace WiseFt.ML;

/// <summary>The models of a recipe of paths: classifiers' files, trained folders, or CLIP models, of which zero-shot classifiers are made.
/// </summary>
/// <remarks>A recipe that looks at images is followed on disk; what there is then is its outcome, and the base.</remarks>
internal sealed class CheckpointIngredients : IIngredientSource
{
    private const string Outcome = "merged";

    private readonly MergeRecipe _recipe;
    private readonly WeightEnsembleEstimator.RecipeOptions _options;

    /// <summary>Checks the recipe.</summary>
    /// <exception cref="ArgumentException">It cannot be followed, or searches, for which ML.NET has another way.</exception>
    public CheckpointIngredients(MergeRecipe recipe, WeightEnsembleEstimator.RecipeOptions options)
    {
        if (recipe.Search is not null)
            throw new ArgumentException(
                $"The recipe has a `search`. Leave it out, and set {nameof(WeightEnsembleEstimator.RecipeOptions.AlphaSelection)}, which " +
                "chooses the mixing coefficient between base and ensemble on data of the pipeline.", nameof(recipe));
        recipe.RequirePossible();
        (_recipe, _options) = (recipe, options);
    }

    public ScoringColumns Columns => _options.Columns;

    public ScoringOptions Scoring => _options.Scoring;

    public SchemaShape GetOutputSchema(SchemaShape input) => Columns.Extend(input, null);

    public (Ingredients Models, LabelKeys Labels) Fit(IHostEnvironment environment, IDataView data, CancellationToken cancel)
    {
        using IChannel channel = environment.Register(nameof(WeightEnsembleEstimator)).Start("Reading checkpoints");
        foreach (string note in _recipe.Notes) channel.Warning(note);
        ImageColumn.Find(data.Schema, Columns.ImageColumnName);
        Device device = DeviceChoice.Resolve(environment, _options.Device, channel);
        var reader = new CheckpointReader(_options.Head, Columns.FindLabel(data.Schema), device, channel, cancel);
        return Merge.LooksAtImages(_recipe) ? FollowOnDisk(reader, channel, cancel) : Read(reader);
    }

    private (Ingredients Models, LabelKeys Labels) Read(CheckpointReader reader)
    {
        // A folder is two models: its zero-shot one as the base, its fine-tuned one otherwise.
        string? theta0 = _recipe.BaseModel is { } path ? FileOf(path, TrainedModel.ZeroShotFile) : null;
        MergeIngredient[] merged = [.. _recipe.Merged.Select(m => m with { Model = FileOf(m.Model, TrainedModel.FineTunedFile) })];
        string[] files = [.. merged.Select(m => m.Model).Prepend(theta0).OfType<string>().Distinct(StringComparer.Ordinal)];
        Dictionary<string, string> names = Names(files);
        MergeRecipe named = _recipe with
        {
            Notes = [],
            BaseModel = theta0 is null ? null : names[theta0],
            Models = [.. merged.Select(m => m with { Model = names[m.Model] })],
        };
        return Own(named, [.. files.Select(file => (names[file], file))], reader);
    }

    private (Ingredients Models, LabelKeys Labels) FollowOnDisk(CheckpointReader reader, IChannel channel, CancellationToken cancel)
    {
        foreach (MergeIngredient model in _recipe.Models)
            if (!ClassifierFile.IsClassifier(FileOf(model.Model, TrainedModel.FineTunedFile)))
                throw new ArgumentException(
                    $"{model.Model} is no classifier, and the recipe looks at images, for which it needs classes. Expected files or " +
                    "folders that `wiseft train` or SaveClassifier wrote.");
        DirectoryInfo temporary = Directory.CreateTempSubdirectory("wiseft");
        try
        {
            string file = Path.Combine(temporary.FullName, Outcome + ".safetensors");
            MergeOutcome outcome = Merge.Run(_recipe, file, _options.Progress, cancel);
            foreach (string note in outcome.Notes) channel.Info(note);
            if (outcome.Report is { } report) channel.Info(report.ToString());
            string? theta0 = _recipe.BaseModel is { } path && FileOf(path, TrainedModel.ZeroShotFile) is var found
                && ClassifierFile.IsClassifier(found) ? found : null;
            var linear = new MergeRecipe
            {
                Method = MergeMethod.Linear, BaseModel = theta0 is null ? null : "base", Models = [new MergeIngredient(Outcome)],
            };
            return Own(linear, [.. theta0 is null ? [] : ((string, string)[])[("base", theta0)], (Outcome, file)], reader);
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    private static (Ingredients Models, LabelKeys Labels) Own(
        MergeRecipe recipe, IReadOnlyList<(string Name, string Path)> models, CheckpointReader reader)
    {
        var read = new List<(string, Handle<ImageClassifier>)>(models.Count);
        try
        {
            LabelKeys? labels = null;
            foreach (var (name, path) in models)
            {
                var (model, others) = reader.Read(path);
                read.Add((name, Handle.Own(model, typeof(WeightEnsembleTransformer))));
                ModelClasses.RequireSame(labels ??= others, models[0].Name, others, name);
            }
            return (new Ingredients(recipe, read), labels!);
        }
        catch
        {
            foreach (var (_, model) in read) model.Dispose();
            throw;
        }
    }

    private static string FileOf(string path, string inTrainedFolder) =>
        TrainedModel.IsIn(path) ? Path.Combine(path, inTrainedFolder) : path;

    /// <summary>Short names, which tell nobody where the files lie.</summary>
    private static Dictionary<string, string> Names(IReadOnlyList<string> files)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string file in files)
        {
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(file)), unique = name;
            for (int i = 2; names.ContainsValue(unique); i++) unique = FormattableString.Invariant($"{name} ({i})");
            names.Add(file, unique);
        }
        return names;
    }
}

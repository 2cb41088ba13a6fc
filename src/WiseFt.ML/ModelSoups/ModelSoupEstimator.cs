using System.Collections.Immutable;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using WiseFt.Ensembling;
using WiseFt.Training;

namespace WiseFt.ML;

/// <summary>Fine-tunes one zero-shot classifier with every setting of a grid, and takes the mean of the runs, of all or of those that
/// help.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Machine learning task</term><description>Multiclass classification of images.</description></item>
/// <item><term>Input</term><description>A key column of labels, and an image column:
/// text (a path), <see cref="MLImage"/>, or a vector of bytes.</description></item>
/// <item><term>Output</term><description><c>Score</c>, a vector of probabilities in key order,
/// and <c>PredictedLabel</c>, a key.</description></item>
/// <item><term>Cost</term><description>Training takes as long as all runs together; scoring no longer than one model's. On disk is a model
/// a run while <c>Fit</c> works; in memory, afterwards, the zero-shot model, the soup, and the runs that joined.</description></item>
/// <item><term>Packages besides WiseFt.ML</term><description>TorchSharp-cpu,
/// TorchSharp-cuda-windows or TorchSharp-cuda-linux.</description></item>
/// <item><term>Exportable to ONNX</term><description>Yes: by <c>mlContext.Model.ConvertToOnnx</c> without data
/// the classifier alone, by ML.NET's with data the whole pipeline.</description></item>
/// </list>
/// The soup's base is the zero-shot model, so that it can be mixed with it as WiSE-FT does. Source: Wortsman et al., Model soups
/// (arXiv 2203.05482).
/// </remarks>
public sealed partial class ModelSoupEstimator : IEstimator<WeightEnsembleTransformer>
{
    private const string ZeroShotName = "zero-shot";

    private readonly IHostEnvironment _environment;
    private readonly Options _options;

    internal ModelSoupEstimator(IHostEnvironment environment, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_environment, _options) = (environment, options);
    }

    /// <summary>Trains all runs, and makes the soup.</summary>
    /// <param name="input">Labelled images of at least two classes. Rows without a label are left out.</param>
    /// <returns>The soup, which tells its <see cref="WeightEnsembleTransformer.Runs"/>. Dispose it, or the model it becomes a part of.
    /// </returns>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type, or the data has too few classes or rows.</exception>
    /// <exception cref="CheckpointException">The CLIP model cannot be read, or the snapshots are of another soup.</exception>
    /// <exception cref="ImageException">An image cannot be read, and <see cref="Options.SkipBadImages"/> is off.</exception>
    /// <exception cref="FineTuningException">A run has diverged. Those that have ended stay in <see cref="Options.Snapshots"/>.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public WeightEnsembleTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Cancellation.Run(_environment, cancel => Fit(input, cancel), _options.CancellationToken);
    }

    /// <summary>The schema after scoring.</summary>
    /// <param name="inputSchema">The schema before.</param>
    /// <exception cref="ArgumentException">The image column is missing or no image, the label column is missing or no key, or the column
    /// of weights is missing or no number.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _options.FineTuning(null).OutputSchema(inputSchema);

    private WeightEnsembleTransformer Fit(IDataView input, CancellationToken cancel)
    {
        using IChannel channel = _environment.Register(nameof(ModelSoupEstimator)).Start("Training a model soup");
        var (data, held) = _options.ValidationSet is { } given ? (input, given)
            : _options.Kind == SoupKind.Greedy ? AlphaValidation.HoldOut(_environment, input, _options.HoldoutFraction)
            : (input, (IDataView?)null);
        TrainingSets sets = TrainingSets.Read(_environment, _options.FineTuning(held), data, channel, cancel);
        using ImageClassifier zeroShot =
            sets.Classes.BuildZeroShot(_options.ModelPath, _options.Head, sets.Device, channel, null, cancel);
        DirectoryInfo? temporary = _options.Snapshots is null ? Directory.CreateTempSubdirectory("wiseft") : null;
        try
        {
            // Where nothing is to be saved on the way, the runs that have ended must still lie somewhere.
            SnapshotOptions snapshots = _options.Snapshots ?? new() { Directory = temporary!.FullName, Every = TimeSpan.MaxValue };
            ModelSoupResult soup = Train(zeroShot, sets, snapshots, channel, cancel);
            WeightEnsembleTransformer made = Own(zeroShot, sets, soup, keepsFiles: temporary is null && !snapshots.DeleteWhenDone);
            if (snapshots.DeleteWhenDone) SoupRunFolder.DeleteAll(snapshots.Directory);
            return made;
        }
        finally
        {
            temporary?.Delete(recursive: true);
        }
    }

    private ModelSoupResult Train(
        ImageClassifier zeroShot, TrainingSets sets, SnapshotOptions snapshots, IChannel channel, CancellationToken cancel)
    {
        ImmutableArray<FineTuningOptions> recipes = _options.Grid.Expand(sets.Recipe);
        channel.Info(
            $"A model soup of {recipes.Length} runs on {sets.Training.Count} images of {sets.Classes.Labels.Names.Length} classes, on " +
            $"{sets.Device}.");
        var log = new SoupLog(channel, _options.Progress, _options.Snapshots?.Notes);
        ImmutableArray<SoupRun> runs = ModelSoup.Train(
            zeroShot, sets.Training, sets.Validation, recipes, snapshots with { Resume = true, Notes = log }, log, cancel);
        var scoring = new SoupOptions { BatchSize = _options.Scoring.BatchSize, Precision = _options.Scoring.Precision };
        ModelSoupResult soup = ModelSoup.Choose(
            runs, _options.Kind, sets.Validation, scoring, sets.Device, new LoggedProgress(channel, "Choosing runs", "images"), cancel);
        foreach (SoupRun run in soup.Runs) channel.Info(SoupLog.Outcome(run));
        if (soup.Accuracy is { } accuracy)
            channel.Info(string.Create(CultureInfo.InvariantCulture, $"The soup's validation accuracy is {100 * accuracy:0.0} %."));
        return soup;
    }

    private WeightEnsembleTransformer Own(ImageClassifier zeroShot, TrainingSets sets, ModelSoupResult soup, bool keepsFiles)
    {
        SoupRun[] joined = [.. soup.Runs.Where(r => r.Joined)];
        var recipe = new MergeRecipe
        {
            Method = MergeMethod.UniformSoup,
            BaseModel = ZeroShotName,
            Models = [.. joined.Select(r => new MergeIngredient(SoupLog.Name(r)))],
        };
        var models = new List<(string, Handle<ImageClassifier>)>();
        using var ingredients = new Ingredients(recipe, models);
        models.Add((ZeroShotName, Owned(zeroShot.WithWeights(zeroShot.Weights))));
        foreach (SoupRun run in joined) models.Add((SoupLog.Name(run), Owned(ImageClassifier.Load(run.File!, sets.Device))));
        var setting = new EnsembleSetting(_environment, sets.Classes.Labels, _options.Columns, _options.Scoring);
        return WeightEnsembleTransformer.Merge(
            setting, ingredients, _ => _options.Alpha, _options.KeepIngredients,
            keepsFiles ? soup.Runs : [.. soup.Runs.Select(r => r with { File = null })]);
    }

    private static Handle<ImageClassifier> Owned(ImageClassifier model) => Handle.Own(model, typeof(WeightEnsembleTransformer));
}

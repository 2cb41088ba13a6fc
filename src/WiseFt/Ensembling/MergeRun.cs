using System.Collections.Immutable;
using WiseFt.Classification;
using WiseFt.Files;
using WiseFt.Merging;
using WiseFt.Runs;
using WiseFt.Tensors;

namespace WiseFt.Ensembling;

/// <summary>A recipe with its models open: from checks to what is written.</summary>
internal sealed class MergeRun : IDisposable
{
    private readonly MergeSources _sources;
    private readonly IProgress<MergeProgress>? _progress;
    private readonly CancellationToken _cancel;
    private readonly HashSet<string> _kept;
    private readonly List<string> _notes;
    private readonly ImageMethods _images;
    private readonly IMergeMethod _method;
    private readonly MergeEngine _engine;

    /// <summary>Checks a recipe and its models, and looks at the images that its method looks at.</summary>
    /// <exception cref="ArgumentException">The recipe is not whole.</exception>
    /// <exception cref="WeightMismatchException">The models cannot be merged.</exception>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    public MergeRun(MergeSources sources, IProgress<MergeProgress>? progress, CancellationToken cancel)
    {
        (_sources, _progress, _cancel) = (sources, progress, cancel);
        _kept = MergeKept.Names(sources);
        var treatment = new MergeTreatment { Precision = Recipe.Precision, Kept = _kept };
        // Names and shapes before anything that takes long.
        _ = new MergeEngine(new CoefficientMerge(new Linear(sources.Settings)), treatment, sources.Merged, sources.Keeper);
        _notes = [.. MergePreflight.Notes(sources, _kept)];
        _images = new ImageMethods(sources, _kept, Merge.In(progress, MergePhase.Measuring), cancel);
        try
        {
            _method = ImageMethods.Has(Recipe.Method)
                ? _images.Create()
                : MergeMethods.Create(
                    Recipe.Method, sources.Settings, sources.Merged, sources.HasBase,
                    [.. sources.Keeper.Tensors.Values.Where(t => t.IsFloat && !_kept.Contains(t.Name)).Select(t => t.Name)], cancel);
        }
        catch
        {
            _images.Dispose();
            throw;
        }
        _notes.AddRange(_images.Notes);
        _engine = new MergeEngine(_method, treatment, sources.Merged, sources.Keeper);
    }

    private MergeRecipe Recipe => _sources.Recipe;

    /// <summary>The merged model in memory.</summary>
    public Weights ToWeights() => _engine.ToWeights();

    /// <summary>What would be merged.</summary>
    public MergeSurvey Survey()
    {
        ImmutableArray<MergeSurveyGroup> groups =
            new MergeSurveyor(_sources, _kept, _method).Measure(Merge.In(_progress, MergePhase.Merging), _cancel);
        NoteBarriers();
        NoteClamping();
        return new MergeSurvey { Models = [.. _sources.Models.Select(m => m.Model.Name)], Groups = groups, Notes = [.. _notes] };
    }

    /// <summary>Merges into a file.</summary>
    public MergeOutcome ToFile(string output)
    {
        string full = Path.GetFullPath(output), staging = $"{full}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(staging);
            MergeOutcome outcome = Into(staging, out string weights);
            File.Move(weights, full, overwrite: true);
            return outcome with { Output = output };
        }
        finally
        {
            if (Directory.Exists(staging)) Directory.Delete(staging, recursive: true);
        }
    }

    /// <summary>Merges into a folder.</summary>
    public MergeOutcome ToFolder(string output)
    {
        MergeOutcome? outcome = null;
        StagedFolder.Write(output, folder => outcome = Into(folder, out _));
        return outcome! with { Output = output };
    }

    /// <inheritdoc/>
    public void Dispose() => _images.Dispose();

    /// <summary>A classifier of a file, or of a CLIP model and classes' names.</summary>
    public static ImageClassifier Load(string path, IReadOnlyList<string> classes) =>
        ClassifierFile.IsClassifier(path) ? ImageClassifier.Load(path) : ZeroShotHead.Build(path, classes);

    private MergeOutcome Into(string folder, out string weights)
    {
        NoteBarriers();
        string file = weights = MergedModel.Write(_engine, _sources, folder, Merge.In(_progress, MergePhase.Merging), _cancel);
        NoteClamping();
        Recalibrate(file, alpha: null);
        var outcome = new MergeOutcome { Output = folder, ParameterCount = _engine.Tensors.Values.Sum(t => t.ElementCount) };
        if (Recipe.Evaluate is not null)
        {
            string model = MergedModel.IsFolder(_sources) ? folder : file;
            var (report, alpha) = MergeEvaluator.Run(
                Recipe, _sources.Base is null ? null : _sources.LoadBase, classes => Load(model, classes),
                Merge.In(_progress, MergePhase.Evaluating), _cancel);
            outcome = outcome with { Report = report, Alpha = alpha };
            if (alpha is { } chosen and not 1) WriteMixture(file, chosen);
        }
        return outcome with { Notes = [.. _notes] };
    }

    // theta = (1 - alpha) * base + alpha * merged takes the place of the merged model.
    private void WriteMixture(string file, double alpha)
    {
        using (ITensorFile merged = TensorFile.Open(file))
        {
            var engine = new MergeEngine(
                new CoefficientMerge(WeightedSum.Mixture(alpha)), new MergeTreatment { Precision = Recipe.Precision },
                [_sources.Base!, new MergeModel("merged model", merged)]);
            engine.WriteTo(file, _ => MergedModel.Metadata(_sources, known: true, alpha), Merge.In(_progress, MergePhase.Merging), _cancel);
        }
        Recalibrate(file, alpha);
    }

    private void Recalibrate(string file, double? alpha)
    {
        if (Recipe.Recalibrate is not { } data) return;
        if (!ClassifierFile.IsClassifier(file))
            throw new ArgumentException(
                "`recalibrate` runs the merged model on images, and the models are no classifiers. Expected files that `wiseft train` or " +
                "`wiseft zeroshot` wrote.");
        using ImageClassifier merged = ImageClassifier.Load(file);
        BatchNormCalibration.Run(
            merged, DataSource.Parse(data).Load(null), progress: Merge.In(_progress, MergePhase.Recalibrating), cancel: _cancel);
        SafetensorsFile.Write(file, merged.Weights, MergedModel.Metadata(_sources, known: true, alpha));
    }

    private void NoteBarriers()
    {
        if (Recipe.Evaluate is not null)
            _notes.AddRange(MidpointBarriers.Notes(_sources, Merge.In(_progress, MergePhase.Measuring), _cancel));
    }

    private void NoteClamping()
    {
        if (_method is CoefficientMerge { Coefficients: ModelStock { Clamped: > 0 and var clamped } })
            _notes.Add(FormattableString.Invariant(
                $"model_stock: the mean cosine of the task vectors of {clamped} tensors (or rows) is negative; their t was ") +
                "clamped to 0, the base.");
    }
}

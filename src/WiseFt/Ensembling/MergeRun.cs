using System.Collections.Immutable;
using WiseFt.Classification;
using WiseFt.Files;
using WiseFt.Merging;
using WiseFt.Tensors;

namespace WiseFt.Ensembling;

/// <summary>A recipe with its models open: from checks to what is written.</summary>
internal sealed class MergeRun(MergeSources sources, IProgress<MergeProgress>? progress, CancellationToken cancel)
{
    private readonly List<string> _notes = [];

    private MergeRecipe Recipe => sources.Recipe;

    /// <summary>The merged model in memory.</summary>
    public Weights ToWeights() => Prepare().Engine.ToWeights();

    /// <summary>What would be merged.</summary>
    public MergeSurvey Survey()
    {
        Prepared prepared = Prepare();
        ImmutableArray<MergeSurveyGroup> groups = new MergeSurveyor(sources, prepared.Kept, prepared.Method)
            .Measure(Merge.In(progress, MergePhase.Merging), cancel);
        NoteClamping(prepared.Method);
        return new MergeSurvey { Models = [.. sources.Models.Select(m => m.Model.Name)], Groups = groups, Notes = [.. _notes] };
    }

    /// <summary>Merges into a file.</summary>
    public MergeOutcome ToFile(string output)
    {
        MergeOutcome? outcome = null;
        string full = Path.GetFullPath(output);
        string staging = $"{full}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(staging);
            outcome = Into(staging, out string weights);
            File.Move(weights, full, overwrite: true);
        }
        finally
        {
            if (Directory.Exists(staging)) Directory.Delete(staging, recursive: true);
        }
        return outcome with { Output = output };
    }

    /// <summary>Merges into a folder.</summary>
    public MergeOutcome ToFolder(string output)
    {
        MergeOutcome? outcome = null;
        StagedFolder.Write(output, folder => outcome = Into(folder, out _));
        return outcome! with { Output = output };
    }

    private MergeOutcome Into(string folder, out string weights)
    {
        Prepared prepared = Prepare();
        MergeEngine engine = prepared.Engine;
        string file = weights = MergedModel.Write(engine, sources, folder, Merge.In(progress, MergePhase.Merging), cancel);
        NoteClamping(prepared.Method);
        var outcome = new MergeOutcome { Output = folder, ParameterCount = engine.Tensors.Values.Sum(t => t.ElementCount) };
        if (Recipe.Evaluate is not null)
        {
            (RobustnessReport report, double? alpha) = Evaluate(folder, file);
            outcome = outcome with { Report = report, Alpha = alpha };
            if (alpha is { } chosen and not 1) WriteMixture(file, chosen);
        }
        return outcome with { Notes = [.. _notes] };
    }

    // What cannot be merged is refused here, before anything is written.
    private Prepared Prepare()
    {
        HashSet<string> kept = MergeKept.Names(sources);
        IMergeMethod method = MergeMethods.Create(Recipe.Method, sources.Settings, sources.Merged, sources.HasBase);
        var engine = new MergeEngine(
            method, new MergeTreatment { Precision = Recipe.Precision, Kept = kept }, sources.Merged, sources.Keeper);
        _notes.AddRange(MergePreflight.Notes(sources, kept));
        return new Prepared(kept, method, engine);
    }

    private (RobustnessReport Report, double? Alpha) Evaluate(string folder, string file)
    {
        bool isFolder = MergedModel.IsFolder(sources);
        return MergeEvaluator.Run(
            Recipe, sources.Base is null ? null : classes => sources.LoadBase(classes),
            classes => Load(isFolder ? folder : file, classes), Merge.In(progress, MergePhase.Evaluating), cancel);
    }

    /// <summary>A classifier of a file, or of a CLIP model and classes' names.</summary>
    public static ImageClassifier Load(string path, IReadOnlyList<string> classes) =>
        ClassifierFile.IsClassifier(path) ? ImageClassifier.Load(path) : ZeroShotHead.Build(path, classes);

    // theta = (1 - alpha) * base + alpha * merged takes the place of the merged model.
    private void WriteMixture(string file, double alpha)
    {
        using ITensorFile merged = TensorFile.Open(file);
        var engine = new MergeEngine(
            new CoefficientMerge(WeightedSum.Mixture(alpha)), new MergeTreatment { Precision = Recipe.Precision },
            [sources.Base!, new MergeModel("merged model", merged)]);
        engine.WriteTo(file, _ => MergedModel.Metadata(sources, known: true, alpha), Merge.In(progress, MergePhase.Merging), cancel);
    }

    private void NoteClamping(IMergeMethod method)
    {
        if (method is CoefficientMerge { Coefficients: ModelStock { Clamped: > 0 and var clamped } })
            _notes.Add(FormattableString.Invariant(
                $"Model Stock's ratio t was outside of [0, 1] for {clamped} tensors or rows, whose task vectors ") +
                "point apart, and was clamped.");
    }

    private sealed record Prepared(HashSet<string> Kept, IMergeMethod Method, MergeEngine Engine);
}

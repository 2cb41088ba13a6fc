using System.Collections.Immutable;
using WiseFt.Evaluation;

namespace WiseFt;

/// <summary>Evaluates the mixtures of two classifiers at many mixing coefficients.</summary>
public static class AlphaSweep
{
    private const int PiecesBetweenWrites = 8; // 256 images at every alpha

    /// <summary>Accuracy of every mixture on the reference distribution and under every shift.</summary>
    /// <param name="zeroShot">The model at alpha 0.</param>
    /// <param name="fineTuned">The model at alpha 1: the same architecture and classes.
    /// Any two models with equal weight names and shapes will do.</param>
    /// <param name="reference">Test images of the reference distribution.</param>
    /// <param name="shifts">Test images of other distributions, with distinct names; may be empty.</param>
    /// <param name="alphas">Mixing coefficients in [0, 1].</param>
    /// <param name="progress">Is told how many images are evaluated.</param>
    /// <param name="cancel">Stops between two batches.</param>
    /// <returns>The table, with every image's prediction at every alpha.</returns>
    /// <exception cref="ArgumentException">Names occur twice, class names differ from the models',
    /// or a shift's mapping does not fit them.</exception>
    /// <exception cref="WeightMismatchException">The models' weights cannot be mixed.</exception>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    /// <remarks>Each image is decoded once for all alphas and, where the models share their encoder (a linear classifier), encoded once
    /// too. The mixtures are made in place in one model.</remarks>
    public static RobustnessReport Run(
        ImageClassifier zeroShot, ImageClassifier fineTuned, LabelledImages reference, IReadOnlyList<DistributionShift> shifts,
        IReadOnlyList<double> alphas,
        IProgress<WorkProgress>? progress = null, CancellationToken cancel = default) =>
        Run(zeroShot, fineTuned, reference, shifts, new AlphaSweepOptions { Alphas = [.. Check.NotEmpty(alphas)] }, progress, cancel);

    /// <summary>Accuracy of every mixture on the reference distribution and under every shift, with all settings.</summary>
    /// <param name="zeroShot">The model at alpha 0.</param>
    /// <param name="fineTuned">The model at alpha 1: the same architecture and classes.
    /// Any two models with equal weight names and shapes will do.</param>
    /// <param name="reference">Test images of the reference distribution.</param>
    /// <param name="shifts">Test images of other distributions, with distinct names; may be empty.</param>
    /// <param name="options">Which alphas, and whether output-space ensembles too.</param>
    /// <param name="progress">Is told how many images are evaluated.</param>
    /// <param name="cancel">Stops between two batches.</param>
    /// <returns>The table, with every image's prediction at every alpha.</returns>
    /// <exception cref="ArgumentException">Names occur twice, class names differ,
    /// or ensembles are wanted without alpha 0 and 1.</exception>
    /// <exception cref="WeightMismatchException">The models' weights cannot be mixed.</exception>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    public static RobustnessReport Run(
        ImageClassifier zeroShot, ImageClassifier fineTuned, LabelledImages reference, IReadOnlyList<DistributionShift> shifts,
        AlphaSweepOptions options,
        IProgress<WorkProgress>? progress = null, CancellationToken cancel = default) =>
        Run(zeroShot, fineTuned, reference, shifts, options, journal: null, progress, cancel);

    /// <summary>The same; what is evaluated is written down on the way, and taken from there where it is. The caller ends the journal
    /// when the report is where it belongs.</summary>
    internal static RobustnessReport Run(
        ImageClassifier zeroShot, ImageClassifier fineTuned, LabelledImages reference, IReadOnlyList<DistributionShift> shifts,
        AlphaSweepOptions options, SweepJournal? journal, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(zeroShot);
        ArgumentNullException.ThrowIfNull(fineTuned);
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(shifts);
        ArgumentNullException.ThrowIfNull(options);
        TestSet[] sets = [
            new(RobustnessReport.ReferenceName, reference, null), .. shifts.Select(s => new TestSet(s.Name, s.Images, s.Mapping))];
        RequireDistinctNames(sets.Select(s => s.Name));
        ImmutableArray<EvaluatedSet> evaluated = [.. sets.Select(s => s.ToEvaluated())];
        LabelSpace?[] spaces = [.. sets.Select(s => s.Bind(zeroShot.ClassNames))];
        RequireMixable(zeroShot, fineTuned, options);
        using var run = new SweepRun(zeroShot, zeroShot.Weights, fineTuned.Weights, [.. sets.Select(s => s.Images)], spaces, options)
        {
            // What is not written down yet is lost when the sweep is stopped.
            MostPiecesAtOnce = journal is null ? int.MaxValue : PiecesBetweenWrites,
        };
        using var totals = new SweepTotals(evaluated, options);
        IReadOnlyList<SweepPart> done = journal?.Begin(SweepJournal.Identity(
            zeroShot, fineTuned.Weights, [.. sets.Select(s => (s.Name, s.Images))], spaces, options)) ?? [];
        foreach (SweepPart part in done) totals.Add(part);
        SweepPiece[] missing = [.. SweepPiece.All(sets.Select(s => s.Images.Count)).Except(done.Select(part => part.Piece))];
        run.Evaluate(
            missing, part =>
            {
                totals.Add(part);
                journal?.Add(part);
            }, progress, cancel);
        return totals.ToReport(zeroShot.ClassNames);
    }

    private static void RequireMixable(ImageClassifier zeroShot, ImageClassifier fineTuned, AlphaSweepOptions options)
    {
        if (!fineTuned.ClassNames.SequenceEqual(zeroShot.ClassNames, ClassNameComparer.Instance))
            throw new ArgumentException(
                $"The fine-tuned model has other classes than the zero-shot model: {Difference(fineTuned.ClassNames, zeroShot.ClassNames)}",
                nameof(fineTuned));
        if (options.OutputEnsembles && (options.Alphas[0] != 0 || options.Alphas[^1] != 1))
            throw new ArgumentException("Output-space ensembles need both end points; expected 0 and 1 among the alphas.", nameof(options));
        WeightSpace.RequireMixable(zeroShot.Weights, fineTuned.Weights);
    }

    private static void RequireDistinctNames(IEnumerable<string> names)
    {
        string? twice = names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Skip(1).Any())?.Key;
        if (twice is not null) throw new ArgumentException($"Two test sets are named '{twice}'; expected distinct names.", nameof(names));
    }

    /// <summary>What goes wrong with a test set's mapping, with the test set's name.</summary>
    private static T Explained<T>(string set, Func<T> bind)
    {
        try
        {
            return bind();
        }
        catch (ArgumentException e)
        {
            string reason = e.ParamName is null
                ? e.Message
                : e.Message.Replace($" (Parameter '{e.ParamName}')", "", StringComparison.Ordinal);
            throw new ArgumentException($"The test set '{set}' cannot be evaluated: {reason}", e);
        }
    }

    private static void RequireSameClasses(string set, IReadOnlyList<string> found, IReadOnlyList<string> expected)
    {
        if (!found.SequenceEqual(expected, ClassNameComparer.Instance))
            throw new ArgumentException(
                $"The test set '{set}' has other classes than the model: {Difference(found, expected)}", nameof(set));
    }

    private static string Difference(IReadOnlyList<string> found, IReadOnlyList<string> expected)
    {
        string[] unknown = [.. found.Except(expected, ClassNameComparer.Instance)],
        missing = [.. expected.Except(found, ClassNameComparer.Instance)];
        return (unknown.Length, missing.Length) == (0, 0)
            ? $"the same {expected.Count} names in another order; expected {Listed.First(expected)}, …, found {Listed.First(found)}, …."
            : $"{found.Count} where {expected.Count} are expected; {Part(unknown)} unknown to the model, {Part(missing)} missing. " +
              "Expected the same names in the same order, or a mapping (docs/label-spaces.md).";

        static string Part(string[] names) => names.Length == 0 ? "none" : $"{names.Length} ({Listed.Quoted(names)})";
    }

    /// <summary>A test set as it is given.</summary>
    private sealed record TestSet(string Name, LabelledImages Images, ClassMapping? Mapping)
    {
        /// <summary>What a report keeps of it. Its groups of frames are found here, before the first forward pass.</summary>
        public EvaluatedSet ToEvaluated() => new(Name, [.. Images.Labels], [.. Images.Images.Select(i => i.Name)])
        {
            ClassNames = Mapping is null ? [] : [.. Images.ClassNames],
            Groupings = [.. Images.Groupings],
            FrameGroups = Mapping is null
                ? []
                : Explained(Name, () => FrameGroup.Resolve(Mapping.Groups, [.. Images.Images.Select(i => i.Name)])),
        };

        /// <summary>How its labels are answered for; null where its classes are the model's.</summary>
        public LabelSpace? Bind(IReadOnlyList<string> modelClasses)
        {
            if (Mapping is not null) return Explained(Name, () => Mapping.Bind(modelClasses, Images.ClassNames));
            RequireSameClasses(Name, Images.ClassNames, modelClasses);
            return null;
        }
    }
}

using System.Collections.Immutable;
using WiseFt.Evaluation;

namespace WiseFt;

/// <summary>Evaluates the mixtures of two classifiers at many mixing coefficients.</summary>
public static class AlphaSweep
{
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

    /// <summary>The same; what is evaluated is written down on the way, and taken from there where it is.</summary>
    internal static RobustnessReport Run(
        ImageClassifier zeroShot, ImageClassifier fineTuned, LabelledImages reference, IReadOnlyList<DistributionShift> shifts,
        AlphaSweepOptions options, SweepJournal? journal, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(zeroShot);
        ArgumentNullException.ThrowIfNull(fineTuned);
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(shifts);
        ArgumentNullException.ThrowIfNull(options);
        (string Name, LabelledImages Images, ClassMapping? Mapping)[] sets = [
            (RobustnessReport.ReferenceName, reference, null), .. shifts.Select(s => (s.Name, s.Images, s.Mapping))];
        RequireDistinctNames(sets.Select(s => s.Name));
        ImmutableArray<FrameGroup>[] frames = [.. sets.Select(s => Frames(s.Name, s.Images, s.Mapping))];
        LabelSpace?[] spaces = [.. sets.Select(s => Bind(s.Name, s.Images, s.Mapping, zeroShot.ClassNames))];
        if (!fineTuned.ClassNames.SequenceEqual(zeroShot.ClassNames, ClassNameComparer.Instance))
            throw new ArgumentException(
                $"The fine-tuned model has other classes than the zero-shot model: {Difference(fineTuned.ClassNames, zeroShot.ClassNames)}",
                nameof(fineTuned));
        if (options.OutputEnsembles && (options.Alphas[0] != 0 || options.Alphas[^1] != 1))
            throw new ArgumentException("Output-space ensembles need both end points; expected 0 and 1 among the alphas.", nameof(options));
        WeightSpace.RequireMixable(zeroShot.Weights, fineTuned.Weights);
        ImmutableArray<EvaluatedSet> evaluated = [.. sets.Select((s, place) =>
            new EvaluatedSet(s.Name, [.. s.Images.Labels], [.. s.Images.Images.Select(i => i.Name)])
        {
            ClassNames = s.Mapping is null ? [] : [.. s.Images.ClassNames],
            Groupings = [.. s.Images.Groupings],
            FrameGroups = frames[place],
        })];
        using var run = new SweepRun(zeroShot, zeroShot.Weights, fineTuned.Weights, [.. sets.Select(s => s.Images)], spaces, options);
        using var totals = new SweepTotals(evaluated, options);
        ImmutableArray<SweepPiece> pieces = SweepPiece.All(sets.Select(s => s.Images.Count));
        if (journal is not null)
        {
            IReadOnlyList<SweepPart> done = journal.Begin(
                SweepJournal.Identity(zeroShot.Weights, fineTuned.Weights, [.. sets.Select(s => (s.Name, s.Images))], options));
            foreach (SweepPart part in done) totals.Add(part);
            pieces = [.. pieces.Except(done.Select(part => part.Piece))];
        }
        run.Evaluate(pieces, Take, progress, cancel);
        journal?.Finish();
        return totals.ToReport(zeroShot.ClassNames);

        void Take(SweepPart part)
        {
            totals.Add(part);
            journal?.Add(part);
        }
    }

    private static void RequireDistinctNames(IEnumerable<string> names)
    {
        string? twice = names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Skip(1).Any())?.Key;
        if (twice is not null) throw new ArgumentException($"Two test sets are named '{twice}'; expected distinct names.", nameof(names));
    }

    /// <summary>The groups of frames of a set's mapping, by its images' names: found before the first forward pass.</summary>
    private static ImmutableArray<FrameGroup> Frames(string set, LabelledImages images, ClassMapping? mapping) =>
        mapping is null ? [] : Explained(set, () => FrameGroup.Resolve(mapping.Groups, [.. images.Images.Select(i => i.Name)]));

    /// <summary>How a set's labels are answered for; null where its classes are the model's.</summary>
    private static LabelSpace? Bind(string set, LabelledImages images, ClassMapping? mapping, IReadOnlyList<string> modelClasses)
    {
        if (mapping is null)
        {
            RequireSameClasses(set, images.ClassNames, modelClasses);
            return null;
        }
        return Explained(set, () => mapping.Bind(modelClasses, images.ClassNames));
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
}

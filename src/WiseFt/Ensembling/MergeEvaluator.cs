using WiseFt.Classification;
using WiseFt.Evaluation;
using WiseFt.Runs;

namespace WiseFt.Ensembling;

/// <summary>Evaluates what was merged on a recipe's images, along the line from the base to it.</summary>
internal static class MergeEvaluator
{
    /// <summary>Accuracy of the mixtures of base and merged model, and of the merged model alone where there is no base.</summary>
    /// <param name="recipe">The recipe, which has images.</param>
    /// <param name="theta0">The model at alpha 0, a file or folder; null for none.</param>
    /// <param name="merged">The model at alpha 1.</param>
    /// <param name="progress">Is told how many images are evaluated, times alphas.</param>
    /// <param name="cancel">Stops between two batches.</param>
    /// <returns>The report, and the alpha that the recipe's rule chooses; null where nothing is searched.</returns>
    public static (RobustnessReport Report, double? Alpha) Run(
        MergeRecipe recipe, Func<IReadOnlyList<string>, ImageClassifier>? theta0, Func<IReadOnlyList<string>, ImageClassifier> merged,
        IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        MergeEvaluation sets = recipe.Evaluate!;
        DataSource source = DataSource.Parse(sets.Reference);
        string[] ownClasses = [.. source.Load(null).ClassNames];
        using ImageClassifier atOne = merged(ownClasses);
        using ImageClassifier? atZero = theta0?.Invoke(ownClasses);
        ImageClassifier origin = atZero ?? atOne;
        LabelledImages reference = source.LoadReference(atOne.ClassNames);
        DistributionShift[] shifts =
            [.. sets.Shifts.Select(s => new ShiftSource(s.Name, DataSource.Parse(s.Images)).Load(atOne.ClassNames))];
        double[] alphas = recipe.Search is { } search && atZero is not null ? [.. search.Alphas, 0, 1] : atZero is null ? [1] : [0, 1];
        RobustnessReport report = AlphaSweep.Run(origin, atOne, reference, shifts, [.. alphas.Distinct().Order()], progress, cancel);
        return (report, recipe.Search is null || atZero is null ? null : Choose(recipe, report, origin, atOne, progress, cancel));
    }

    private static double Choose(
        MergeRecipe recipe, RobustnessReport report, ImageClassifier atZero, ImageClassifier atOne, IProgress<WorkProgress>? progress,
        CancellationToken cancel)
    {
        MergeSearch search = recipe.Search!;
        double[] alphas = [.. search.Alphas.Distinct()];
        RobustnessReport held = search.Choose != MergeChoice.Mean && recipe.Evaluate!.Validation is { } validation
            ? AlphaSweep.Run(
                atZero, atOne, DataSource.Parse(validation).LoadReference(atOne.ClassNames), [], alphas, progress, cancel)
            : report;
        double[] scores = [.. alphas.Select(held.At).Select(
            result => search.Choose == MergeChoice.Mean ? result.Accuracies.Average() : result.Reference)];
        return AlphaSelector.BestAccuracy(alphas, scores).Alpha;
    }
}

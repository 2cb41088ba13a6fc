using System.Globalization;
using WiseFt.Classification;
using WiseFt.Images;
using WiseFt.Runs;

namespace WiseFt.Ensembling;

/// <summary>Whether accuracy falls on the way from one model to another: on a few images, halfway.</summary>
/// <remarks>Frankle et al., Linear mode connectivity (arXiv 1912.05671): models that training led into one valley have no barrier between
/// them, and merge well.</remarks>
internal static class MidpointBarriers
{
    private const int Examples = 128;

    // Two standard errors of an accuracy on so many images are 0.09 at most.
    private const double Noticeable = 0.1;

    /// <summary>A sentence for each model that lies behind a barrier from the first, or from the base.</summary>
    public static IEnumerable<string> Notes(MergeSources sources, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        string[] paths = [.. sources.Models.Select(m => MergeSources.ModelFile(m.Ingredient.Model, TrainedModel.FineTunedFile))];
        if (!paths.All(ClassifierFile.IsClassifier)) yield break; // CLIP models would each need a head
        using ImageClassifier? theta0 = sources.Base is null ? null : sources.LoadBase([]);
        using ImageClassifier first = theta0 ?? ImageClassifier.Load(paths[0]);
        MergeEvaluation sets = sources.Recipe.Evaluate!;
        LabelledImages all = DataSource.Parse(sets.Validation ?? sets.Reference).LoadReference(first.ClassNames);
        LabelledImages images = all.Only([.. DrawnImages.Places(all, Examples, seed: 0).Order()]);
        foreach (string path in paths.Skip(theta0 is null ? 1 : 0))
        {
            using ImageClassifier other = ImageClassifier.Load(path);
            RobustnessReport sweep = AlphaSweep.Run(first, other, images, [], [0, 0.5, 1], progress, cancel);
            double[] accuracies = [.. sweep.Accuracies(0)];
            double barrier = (accuracies[0] + accuracies[2]) / 2 - accuracies[1];
            if (barrier >= Noticeable)
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"Halfway between {sources.Keeper.Name} and {path} {accuracies[1]:P0} of {images.Count} images are right, of the two " +
                    $"{accuracies[0]:P0} and {accuracies[2]:P0}: there is a barrier between them, and what is merged lies on it. ") +
                    "Fine-tune from the same model, with a smaller learning rate, or for fewer epochs.";
        }
    }
}

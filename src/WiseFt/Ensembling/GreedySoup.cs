using System.Collections.Immutable;
using WiseFt.Merging;
using static TorchSharp.torch;

namespace WiseFt.Ensembling;

/// <summary>The greedy soup: models in the order of their held-out accuracy, the best first, each of which joins the mean of those that
/// have joined if that makes it strictly more accurate.</summary>
/// <remarks>
/// Source: Wortsman et al., Model soups (arXiv 2203.05482), recipe 1; mlfoundations/model-soups <c>main.py</c>. Of equally accurate models
/// the later one comes first, as there. Differs from it: the mean is computed anew from the models that have joined, in float64 and rounded
/// once, where there it is carried on as m n / (n + 1) + theta / (n + 1) in float32. So what is measured is to the bit what
/// <see cref="CheckpointMixture.Combine"/> writes, and no sum is in memory; the files of the models that have joined are read again for
/// each candidate, which takes less than measuring it.
/// </remarks>
public static class GreedySoup
{
    /// <summary>Chooses among classifiers on disk.</summary>
    /// <param name="classifiers">Files that <see cref="ImageClassifier.Save"/> wrote, of one architecture and the same classes.</param>
    /// <param name="heldOut">Images of the reference distribution that no model was trained on.</param>
    /// <param name="options">How they are scored; null for the defaults.</param>
    /// <param name="device">Where to compute; the CPU if null.</param>
    /// <param name="progress">Is told how many images are scored, each counted once a mixture.</param>
    /// <param name="cancel">Stops between two batches.</param>
    /// <returns>Who joined. Beside a classifier and a tensor of each model nothing is in memory; the images are decoded once, into a
    /// temporary file of 150 KB each at 224 pixels.</returns>
    /// <exception cref="ArgumentException">There is no classifier, or the classes differ.</exception>
    /// <exception cref="WeightMismatchException">The classifiers' weights cannot be mixed.</exception>
    /// <exception cref="CheckpointException">A file is no classifier's.</exception>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    /// <exception cref="NotFiniteNumberException">A model gives NaN or infinity.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static GreedySoupResult Run(
        IReadOnlyList<string> classifiers, LabelledImages heldOut, SoupOptions? options = null, Device? device = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        using SoupModels models = SoupModels.Open(classifiers, device);
        return Run(models, heldOut, options, progress, cancel);
    }

    /// <summary>Chooses among classifiers in memory.</summary>
    /// <param name="classifiers">Classifiers of one architecture and the same classes; it is computed where the first one is.</param>
    /// <param name="heldOut">As above.</param>
    /// <param name="options">As above.</param>
    /// <param name="progress">As above.</param>
    /// <param name="cancel">As above.</param>
    /// <inheritdoc
    ///     cref="Run(IReadOnlyList{string}, LabelledImages, SoupOptions, Device, IProgress{WorkProgress}, CancellationToken)"
    ///     path="/returns|/exception"/>
    public static GreedySoupResult Run(
        IReadOnlyList<ImageClassifier> classifiers, LabelledImages heldOut, SoupOptions? options = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        using SoupModels models = SoupModels.Of(classifiers);
        return Run(models, heldOut, options, progress, cancel);
    }

    /// <summary>Chooses among models from anywhere.</summary>
    internal static GreedySoupResult Run(
        SoupModels models, LabelledImages heldOut, SoupOptions? options, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(heldOut);
        models.RequireClassesOf(heldOut);
        using DecodedImages images = DecodedImages.Of(models.Mixture.Preprocessor, heldOut, cancel);
        var accuracy = new HeldOutAccuracy(images, options ?? new SoupOptions());
        long done = 0, total = (2L * models.Models.Count - 1) * heldOut.Count;
        return Choose([.. models.Models.Select(m => m.Name)], joined =>
        {
            models.Mix(new WeightedSum(Equal(joined.Count)), joined);
            var part = progress is null ? null : new Part(progress, done, total);
            done += heldOut.Count;
            return accuracy.Of(models.Mixture, string.Join(" + ", joined.Select(i => models.Models[i].Name)), part, cancel);
        });
    }

    /// <summary>The decisions alone.</summary>
    /// <param name="names">The models' names.</param>
    /// <param name="accuracy">The accuracy of the mean of some models, by their places.</param>
    internal static GreedySoupResult Choose(IReadOnlyList<string> names, Func<IReadOnlyList<int>, double> accuracy)
    {
        double[] alone = [.. names.Select((_, i) => accuracy([i]))];
        // A stable order from the worst, read backwards: of equals the later one comes first.
        int[] order = [.. Enumerable.Range(0, names.Count).OrderBy(i => alone[i]).Reverse()];
        List<int> joined = [order[0]];
        double best = alone[order[0]];
        var candidates = ImmutableArray.CreateBuilder<SoupCandidate>(order.Length);
        candidates.Add(new SoupCandidate(order[0], names[order[0]], best, best, Joined: true));
        foreach (int i in order.Skip(1))
        {
            double with = accuracy([.. joined, i]);
            bool joins = with > best;
            if (joins)
            {
                joined.Add(i);
                best = with;
            }
            candidates.Add(new SoupCandidate(i, names[i], alone[i], with, joins));
        }
        return new GreedySoupResult { Candidates = candidates.ToImmutable(), Accuracy = best };
    }

    private static double[] Equal(int count) => [.. Enumerable.Repeat(1.0 / count, count)];

    private sealed class Part(IProgress<WorkProgress> whole, long before, long total) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => whole.Report(new WorkProgress(before + value.Done, total));
    }
}

/// <summary>What a greedy soup is made of.</summary>
public sealed record GreedySoupResult
{
    /// <summary>All models, in the order in which they were tried: the most accurate first.</summary>
    public required ImmutableArray<SoupCandidate> Candidates { get; init; }

    /// <summary>The soup's accuracy on the held-out images, in [0, 1]. It was chosen on them, and so is a little too good.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Each model's share in the order in which the models were given: 1 / k of the k that joined, else 0. The soup is
    /// <see cref="CheckpointMixture.Combine"/> or <see cref="WeightSpace.Combine"/> with these shares.</summary>
    public ImmutableArray<double> Shares
    {
        get
        {
            double share = 1.0 / Candidates.Count(c => c.Joined);
            return [.. Candidates.OrderBy(c => c.Index).Select(c => c.Joined ? share : 0)];
        }
    }
}

/// <summary>A model that was tried.</summary>
/// <param name="Index">Its place among the models given, from 0.</param>
/// <param name="Name">Its file, or "model N".</param>
/// <param name="Accuracy">Its own accuracy on the held-out images, in [0, 1].</param>
/// <param name="SoupAccuracy">That of the soup with it, whether it joined or not; its own where it is the first.</param>
/// <param name="Joined">Whether it joined.</param>
public sealed record SoupCandidate(int Index, string Name, double Accuracy, double SoupAccuracy, bool Joined);

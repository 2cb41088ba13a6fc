using System.Collections.Immutable;
using TorchSharp;
using TorchSharp.Modules;
using WiseFt.Classification;
using WiseFt.Merging;
using WiseFt.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using AdamW = WiseFt.Training.AdamW;

namespace WiseFt.Ensembling;

/// <summary>The learned soup: shares of the models, for each tensor its own, and a factor of the logits, found by gradient descent on
/// held-out images.</summary>
/// <remarks>
/// Source: Wortsman et al., Model soups (arXiv 2203.05482), appendix I; mlfoundations/model-soups <c>learned_bylayer.py</c>. Its authors
/// recommend the greedy soup: this one costs the memory of all models and can fit the held-out images. Shares are a softmax over raw
/// numbers that begin equal. The mixture theta_j = sum of s_ij theta_ij is written into a classifier, whose gradient g_j then gives that
/// of the raw number of model i by the chain rule: s_ij * (g_j, theta_ij - theta_j).
/// </remarks>
public static class LearnedSoup
{
    /// <summary>Learns the shares of classifiers on disk.</summary>
    /// <param name="classifiers">Files that <see cref="ImageClassifier.Save"/> wrote, at least two of one architecture and the same
    /// classes.</param>
    /// <param name="heldOut">Images of the reference distribution that no model was trained on.</param>
    /// <param name="options">The recipe; null for the defaults.</param>
    /// <param name="device">Where to compute; the CPU if null.</param>
    /// <param name="progress">Is told how many images are done, each counted once an epoch, and once more at the end.</param>
    /// <param name="cancel">Stops between two parts of a batch.</param>
    /// <returns>The shares. All models are in memory at once, besides a classifier and its gradient.</returns>
    /// <exception cref="ArgumentException">There are fewer than two classifiers, or the classes differ.</exception>
    /// <exception cref="WeightMismatchException">The classifiers' weights cannot be mixed.</exception>
    /// <exception cref="CheckpointException">A file is no classifier's.</exception>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    /// <exception cref="NotFiniteNumberException">The mixture gives NaN or infinity.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static LearnedSoupResult Run(
        IReadOnlyList<string> classifiers, LabelledImages heldOut, LearnedSoupOptions? options = null, Device? device = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        using SoupModels models = SoupModels.Open(classifiers, device);
        return Run(models, heldOut, options, progress, cancel);
    }

    /// <summary>Learns the shares of classifiers in memory.</summary>
    /// <param name="classifiers">At least two, of one architecture and the same classes; it is computed where the first one is.</param>
    /// <param name="heldOut">As above.</param>
    /// <param name="options">As above.</param>
    /// <param name="progress">As above.</param>
    /// <param name="cancel">As above.</param>
    /// <inheritdoc
    ///     cref="Run(IReadOnlyList{string}, LabelledImages, LearnedSoupOptions, Device, IProgress{WorkProgress}, CancellationToken)"
    ///     path="/returns|/exception"/>
    public static LearnedSoupResult Run(
        IReadOnlyList<ImageClassifier> classifiers, LabelledImages heldOut, LearnedSoupOptions? options = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        using SoupModels models = SoupModels.Of(classifiers);
        return Run(models, heldOut, options, progress, cancel);
    }

    /// <summary>Learns the shares of models from anywhere.</summary>
    internal static LearnedSoupResult Run(
        SoupModels models, LabelledImages heldOut, LearnedSoupOptions? options, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(heldOut);
        options ??= new LearnedSoupOptions();
        if (models.Models.Count < 2)
            throw new ArgumentException("There is one classifier, and so nothing to learn; expected at least two.", nameof(models));
        models.RequireClassesOf(heldOut);
        using DecodedImages images = DecodedImages.Of(models.Mixture.Preprocessor, heldOut, cancel);
        using var soup = new LearnedShares(models);
        using var optimiser = new AdamW([soup.Raw, soup.Beta], weightDecay: 0);
        var random = new Random(options.Seed);
        int[] places = [.. Enumerable.Range(0, heldOut.Count)];
        long done = 0, total = (options.Epochs + 1L) * heldOut.Count;
        for (int epoch = 0; epoch < options.Epochs; epoch++)
        {
            random.Shuffle(places);
            foreach (int[] batch in places.Chunk(options.BatchSize))
            {
                soup.Mix();
                foreach (int[] part in batch.Chunk(options.Scoring.BatchSize))
                {
                    cancel.ThrowIfCancellationRequested();
                    Backward(soup, images, part, batch.Length, options.Scoring.Precision);
                    progress?.Report(new WorkProgress(done += part.Length, total));
                }
                soup.GatherGradients();
                optimiser.Step(options.LearningRate, gradientScale: 1);
            }
        }
        soup.Mix();
        double accuracy = new HeldOutAccuracy(images, options.Scoring).Of(models.Mixture, "the soup", progress: null, cancel);
        progress?.Report(new WorkProgress(total, total));
        return soup.ToResult(accuracy);
    }

    /// <summary>Adds a part's share of the batch's gradient.</summary>
    private static void Backward(LearnedShares soup, DecodedImages images, int[] part, int batchSize, Precision precision)
    {
        using var scope = NewDisposeScope();
        using IDisposable grad = enable_grad();
        using IDisposable products = Products.In(precision);
        using Scalar count = (double)batchSize;
        ImageClassifier model = soup.Mixture;
        Tensor labels = tensor(part.Select(i => (long)images.Images.Labels[i]).ToArray()).to(model.Device);
        Tensor logits = model.ForwardHead(model.ForwardEncoder(images.Load(part).to(model.Device)));     // (N, K)
        ImageScorer.RequireFinite(logits, row => images.Images.Images[part[row]].Name);
        functional.cross_entropy(logits.mul(soup.Beta), labels, reduction: Reduction.Sum).div(count).backward();
    }
}

/// <summary>How a learned soup is learned. Immutable; vary with <c>with</c>. The defaults are the authors'.</summary>
public sealed record LearnedSoupOptions
{
    /// <summary>How often every image is looked at. At least 1; default 5.</summary>
    public int Epochs { get; init => field = Check.AtLeast(value, 1); } = 5;

    /// <summary>AdamW's learning rate, the same at every step; there is no weight decay. Greater than 0; default 0.05.</summary>
    public double LearningRate { get; init => field = Check.Positive(value); } = 0.05;

    /// <summary>How many images a step looks at. At least 1; default 256.</summary>
    public int BatchSize { get; init => field = Check.AtLeast(value, 1); } = 256;

    /// <summary>What images are put into batches with. Default 0.</summary>
    public int Seed { get; init; }

    /// <summary>How images are scored: <see cref="SoupOptions.BatchSize"/> is how many of a step's are in memory at once.</summary>
    public SoupOptions Scoring { get; init => field = value ?? throw new ArgumentNullException(nameof(Scoring)); } = new();
}

/// <summary>What a learned soup is made of.</summary>
public sealed record LearnedSoupResult
{
    /// <summary>Each model's share by the tensor's name, in the order in which the models were given: in [0, 1], with the sum 1. Integers
    /// and statistics, which have no gradient, have equal ones.</summary>
    public required IReadOnlyDictionary<string, ImmutableArray<double>> Shares { get; init; }

    /// <summary>What the logits were multiplied by. It changes no prediction, only how sure they are: a head whose weight and bias are
    /// multiplied by it gives the probabilities that were learned.</summary>
    public required double Beta { get; init; }

    /// <summary>The soup's accuracy on the held-out images, in [0, 1]. It was learned on them, and so is too good.</summary>
    public required double Accuracy { get; init; }
}

using TorchSharp;
using TorchSharp.Modules;
using WiseFt.Classification;
using WiseFt.Images;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Ensembling;

/// <summary>The diagonal of a classifier's Fisher information: for each weight, the mean square of the gradient of log p(y | x), x an image
/// and y drawn from the classifier's own probabilities. It says how much predictions depend on the weight. Owns native memory.</summary>
/// <remarks>
/// Source: Matena and Raffel (arXiv 2111.09832), section 2.2; mlfoundations/wise-ft src/models/fisher.py. The true Fisher information, as
/// there, not the empirical one of given labels. Differs from it: the model is in evaluation mode, where it is in training mode there,
/// which normalises each image by itself in a ResNet's batch normalisation and so takes the information of another model; and some of the
/// images are drawn with a seed, where it takes all of the test set's.
/// </remarks>
public sealed class FisherInformation : IDisposable
{
    /// <summary>The metadata's key in a file of Fisher information.</summary>
    internal const string MetadataKey = "wiseft.fisher";

    private FisherInformation(Weights weights, string modelHash, int examples, int seed) =>
        (Weights, ModelHash, Examples, Seed) = (weights, modelHash, examples, seed);

    /// <summary>The diagonal: float32, at least 0, on the model's device, under the classifier's names of its parameters, the head's too;
    /// statistics of batch normalisation have none. Owned by this object.</summary>
    public Weights Weights { get; }

    /// <summary>SHA-256 of the classifier's weights, in lower-case hexadecimal digits.</summary>
    public string ModelHash { get; }

    /// <summary>From how many images it was estimated.</summary>
    public int Examples { get; }

    /// <summary>What images and labels were drawn with.</summary>
    public int Seed { get; }

    /// <summary>Estimates the Fisher information from images, each with a gradient of its own.</summary>
    /// <param name="model">The classifier. It keeps its weights; gradients are computed in it, so nothing else may train it meanwhile.
    /// </param>
    /// <param name="images">Images of its task. Their labels are not looked at.</param>
    /// <param name="options">How many of them; null for the defaults.</param>
    /// <param name="progress">Is told how many images are done; null for nobody.</param>
    /// <param name="cancel">Stops between two images.</param>
    /// <returns>The diagonal. Beside the model it takes the memory of the weights twice: for it and for a gradient.</returns>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    /// <exception cref="NotFiniteNumberException">The model gives NaN or infinity for an image.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static FisherInformation Estimate(
        ImageClassifier model, LabelledImages images, FisherOptions? options = null, IProgress<WorkProgress>? progress = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        options ??= new FisherOptions();
        ImageSource[] drawn = DrawnImages.Of(images, options.Examples, options.Seed);
        string[] names = [.. model.Weights.Where(w => w.Value is Parameter).Select(w => w.Key)];
        return Weights.Make(names, name => zeros_like(model.Weights[name], requires_grad: false)).OrDispose(squares =>
        {
            model.SetTraining(false);
            try
            {
                AddSquares(model, drawn, new Random(~options.Seed), squares, progress, cancel);
            }
            finally
            {
                model.ClearGradients();
            }
            using Scalar count = (double)drawn.Length;
            foreach (Tensor square in squares.Values) square.div_(count);
            return new FisherInformation(squares, EstimateFile.HashOf(model), drawn.Length, options.Seed);
        });
    }

    /// <summary>Writes the diagonal as safetensors, with the model's hash, the number of images and the seed in the metadata. The file
    /// appears whole or not at all.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    public void Save(string path) => EstimateFile.Save(path, Weights, MetadataKey, ModelHash, Examples, Seed);

    /// <summary>Frees the diagonal. May be called again.</summary>
    public void Dispose() => Weights.Dispose();

    private static void AddSquares(
        ImageClassifier model, ImageSource[] images, Random random, Weights squares, IProgress<WorkProgress>? progress,
        CancellationToken cancel)
    {
        int done = 0;
        foreach (ImageSource[] part in images.Chunk(DrawnImages.PartSize))
        {
            using var scope = NewDisposeScope();
            Tensor pixels = model.Preprocessor.Load(part, cancel).to(model.Device);          // (N, 3, R, R)
            for (int i = 0; i < part.Length; i++)
            {
                cancel.ThrowIfCancellationRequested();
                AddSquares(model, pixels.narrow(0, i, 1), part[i].Name, random, squares);
                progress?.Report(new WorkProgress(++done, images.Length));
            }
        }
    }

    /// <summary>Adds the squared gradient of one image, (1, 3, R, R).</summary>
    private static void AddSquares(ImageClassifier model, Tensor pixels, string name, Random random, Weights squares)
    {
        using var scope = NewDisposeScope();
        using (enable_grad())
        {
            Tensor logits = model.ForwardHead(model.ForwardEncoder(pixels));                   // (1, K)
            ImageScorer.RequireFinite(logits, _ => name);
            Tensor likelihoods = logits.log_softmax(-1).select(0, 0);                          // (K)
            likelihoods.select(0, Draw(likelihoods, random)).backward();
        }
        using IDisposable grad = no_grad();
        foreach (var (weight, square) in squares)
        {
            using Tensor? gradient = model.Weights[weight].grad;
            if (gradient is null) continue;
            square.addcmul_(gradient, gradient, Scalars.One);
            gradient.fill_(Scalars.Zero);
        }
    }

    /// <summary>Draws a class by its probability.</summary>
    private static long Draw(Tensor likelihoods, Random random)
    {
        using var scope = NewDisposeScope();
        double[] probabilities = likelihoods.detach().to(CPU).to(float64).exp().data<double>().ToArray();
        double left = random.NextDouble() * probabilities.Sum();
        int k = 0;
        while (k < probabilities.Length - 1 && (left -= probabilities[k]) >= 0) k++;
        return k;
    }
}

/// <summary>From what Fisher information is estimated. Immutable; vary with <c>with</c>.</summary>
public sealed record FisherOptions
{
    /// <summary>How many images are drawn, all where there are no more. At least 1; default 256, as FusionBench: each costs a forward and a
    /// backward pass of its own.</summary>
    public int Examples { get; init => field = Check.AtLeast(value, 1); } = 256;

    /// <summary>What images and labels are drawn with. Default 0.</summary>
    public int Seed { get; init; }
}

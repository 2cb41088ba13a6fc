using TorchSharp;
using TorchSharp.Modules;
using WiseFt.Classification;
using WiseFt.Images;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Ensembling;

/// <summary>G = X^T X / n of the inputs X of every linear layer of a classifier, n their number: what RegMean needs to know of a model's
/// task. Owns native memory.</summary>
/// <remarks>
/// Layers are the encoder's projections (in attention, MLPs, pooling, <c>visual.proj</c>) and the head, whose inputs are unit vectors;
/// convolutions are none. Inputs are all tokens of all images, and those alone on which the features depend: after the last block's
/// attention only the class token, where fusion_bench counts all. Products and sums are float32: an entry G_ij is off by about 1e-7 of
/// sqrt(G_ii G_jj), which is nothing beside the twentieth by which RegMean's factor .95 lifts the diagonal, and float64 would take twice
/// the memory and the time; the layers themselves are solved in float64.
/// Source: Jin et al. (arXiv 2212.09849), section 3.4.
/// </remarks>
public sealed class InputProducts : IDisposable
{
    /// <summary>The metadata's key in a file of products.</summary>
    internal const string MetadataKey = "wiseft.input_products";

    private InputProducts(Weights weights, string modelHash, int examples, int seed) =>
        (Weights, ModelHash, Examples, Seed) = (weights, modelHash, examples, seed);

    /// <summary>G of each layer, float32 (inputs, inputs), on the model's device, under the classifier's name of the layer's weight. Owned
    /// by this object.</summary>
    public Weights Weights { get; }

    /// <summary>SHA-256 of the classifier's weights, in lower-case hexadecimal digits.</summary>
    public string ModelHash { get; }

    /// <summary>How many images there were.</summary>
    public int Examples { get; }

    /// <summary>What they were drawn with.</summary>
    public int Seed { get; }

    /// <summary>Measures the inputs of all layers in forward passes over images.</summary>
    /// <param name="model">The classifier.</param>
    /// <param name="images">Images of its task. Their labels are not looked at.</param>
    /// <param name="options">How many of them; null for the defaults.</param>
    /// <param name="progress">Is told how many images are done; null for nobody.</param>
    /// <param name="cancel">Stops between two batches.</param>
    /// <returns>The products, of all layers in memory: 0.5 GB of a ViT-B, 1.9 GB of a ViT-L. Saved, they are read a layer at a time.
    /// </returns>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    /// <exception cref="NotFiniteNumberException">The model gives NaN or infinity for an image.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static InputProducts Estimate(
        ImageClassifier model, LabelledImages images, InputProductsOptions? options = null, IProgress<WorkProgress>? progress = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        options ??= new InputProductsOptions();
        ImageSource[] drawn = DrawnImages.Of(images, options.Examples, options.Seed);
        using var sums = new Sums(model);
        int done = 0;
        foreach (ImageSource[] part in drawn.Chunk(options.BatchSize))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            Tensor pixels = model.Preprocessor.Load(part, cancel).to(model.Device);          // (N, 3, R, R)
            sums.Add(pixels, row => part[row].Name);
            progress?.Report(new WorkProgress(done += part.Length, drawn.Length));
        }
        return new InputProducts(sums.ToProducts(), EstimateFile.HashOf(model), drawn.Length, options.Seed);
    }

    /// <summary>Writes the products as safetensors, with the model's hash, the number of images and the seed in the metadata. The file
    /// appears whole or not at all.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    public void Save(string path) => EstimateFile.Save(path, Weights, MetadataKey, ModelHash, Examples, Seed);

    /// <summary>Frees the products. May be called again.</summary>
    public void Dispose() => Weights.Dispose();

    /// <summary>X^T X of each layer so far, and how many rows X has had.</summary>
    private sealed class Sums(ImageClassifier model) : IDisposable
    {
        private readonly Dictionary<IntPtr, string> _names =
            model.Weights.Where(w => w.Value is Parameter).ToDictionary(w => w.Value.Handle, w => w.Key);

        private readonly Dictionary<string, (Tensor Sum, long Rows)> _sums = new(StringComparer.Ordinal);

        public void Add(Tensor pixels, Func<int, string> name)
        {
            using IDisposable grad = no_grad();
            using IDisposable observed = Products.Observe(See);
            Tensor features = model.ForwardEncoder(pixels);                                    // (N, E)
            ImageScorer.RequireFinite(features, name);
            Add(ImageClassifier.HeadWeight, features / features.norm(-1, keepdim: true));
        }

        public Weights ToProducts() => Weights.Make(_sums.Keys, name =>
        {
            using Scalar rows = (double)_sums[name].Rows;
            return _sums[name].Sum.div(rows);
        });

        public void Dispose()
        {
            foreach (var (sum, _) in _sums.Values) sum.Dispose();
        }

        private void See(Tensor weight, LayerRows rows, Tensor input)
        {
            // The last block asks for the class token alone, and then for the keys and values of all tokens: those are the inputs.
            if (rows.Start + rows.Count == weight.shape[0]) Add(_names[weight.Handle], input);
        }

        private void Add(string name, Tensor input)                                            // (…, I)
        {
            using var scope = NewDisposeScope();
            Tensor x = input.reshape(-1, input.shape[^1]), product = x.t().matmul(x);          // (n, I), (I, I)
            if (_sums.TryGetValue(name, out var so)) so.Sum.add_(product, Scalars.One);
            else so.Sum = product.DetachFromDisposeScope();
            _sums[name] = (so.Sum, so.Rows + x.shape[0]);
        }
    }
}

/// <summary>From what the products of layers' inputs are measured. Immutable; vary with <c>with</c>.</summary>
public sealed record InputProductsOptions
{
    /// <summary>How many images are drawn, all where there are no more. At least 1; default 256, as FusionBench.</summary>
    public int Examples { get; init => field = Check.AtLeast(value, 1); } = 256;

    /// <summary>How many of them are in memory at once. At least 1; default 32.</summary>
    public int BatchSize { get; init => field = Check.AtLeast(value, 1); } = 32;

    /// <summary>What they are drawn with. Default 0.</summary>
    public int Seed { get; init; }
}

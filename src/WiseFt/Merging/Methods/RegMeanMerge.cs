using TorchSharp;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>Linear layers by least squares on their inputs, W = (sum of weight_i G_i)^-1 * sum of weight_i G_i W_i with
/// G_i = X_i^T X_i / n: the layer whose outputs differ least from those of all models, each on its own inputs. Other weights become the
/// weighted mean.</summary>
/// <param name="settings">The models' weights, and the factor of the off-diagonal entries of G_i.</param>
/// <param name="products">G_i of each model, float32 (inputs, inputs) under the name of the layer's weight: in memory, or files that are
/// open, of which one layer's are read at a time.</param>
/// <remarks>A weight whose name ends in <c>weight</c> is (outputs, inputs), as in a linear layer; any other, such as <c>visual.proj</c>,
/// (inputs, outputs). Solved in float64 by Cholesky. An input that is 0 in all models leaves its weights undetermined: they become the
/// weighted mean. Source: Jin et al., Dataless Knowledge Fusion (arXiv 2212.09849), equation 2 and section 3.4; the factor .95 is
/// fusion_bench's for CLIP.</remarks>
internal sealed class RegMeanMerge(MergeSettings settings, IReadOnlyList<MergeModel> products) : IMergeMethod
{
    private const double DefaultScale = 0.95;

    /// <inheritdoc/>
    /// <exception cref="WeightMismatchException">Only some of the models have products of that name, or they do not fit the layer.
    /// </exception>
    /// <exception cref="ArgumentException">The products do not determine the layer.</exception>
    public void Merge(string name, Tensor destination, IReadOnlyList<MergeModel> models)
    {
        using var scope = NewDisposeScope();
        double[] weights = settings.Weights(name, normalize: true);
        Tensor[] thetas = [.. models.TakeLast(products.Count).Select(m => m.Get(name))]; // the base only says which weights there are
        if (!IsLayer(name, destination))
        {
            LinearCombination.Write(name, destination, thetas, weights);
            return;
        }
        Tensor[] layers = [.. thetas.Select(theta => Inputs(name, theta.to(CPU).to(float64)))];     // (I, O)
        destination.copy_(Inputs(name, Solve(name, layers, weights)));
        if (!Finite.IsFinite(destination)) throw new NotFiniteNumberException($"The models cannot be merged: {Finite.Message(name)}");
    }

    // I inputs, O outputs
    private Tensor Solve(string name, Tensor[] layers, double[] weights)                            // (I, O) each
    {
        long inputs = layers[0].shape[0];
        Tensor sum = zeros(inputs, inputs, dtype: float64), targets = zeros_like(layers[0]), mean = zeros_like(layers[0]);
        for (int i = 0; i < layers.Length; i++)
        {
            using var scope = NewDisposeScope();
            using Scalar weight = weights[i];
            Tensor product = Scaled(i, name).mul_(weight);                                           // (I, I)
            sum.add_(product, Scalars.One);
            targets.add_(product.matmul(layers[i]), Scalars.One);
            mean.add_(layers[i], weight);
        }
        Tensor unused = sum.diagonal().eq(Scalars.Zero);                                             // (I)
        sum.diagonal().add_(unused.to(float64), Scalars.One);
        targets = where(unused.unsqueeze(1), mean, targets);
        var (factor, info) = linalg.cholesky_ex(sum);
        if (info.item<int>() != 0)
            throw new ArgumentException(
                $"The products of the inputs of '{name}' are singular: they do not determine its weights. Give `scale` below 1, or more " +
                "examples.", nameof(name));
        return targets.cholesky_solve(factor);
    }

    /// <summary>G of a model with its off-diagonal entries multiplied: float64 (I, I).</summary>
    private Tensor Scaled(int model, string name)
    {
        using Scalar scale = settings.Of(model, p => p.Scale, name, DefaultScale);
        Tensor product = products[model].Get(name).to(CPU).to(float64, copy: true), diagonal = product.diagonal().clone();
        product.mul_(scale).diagonal().copy_(diagonal);
        return product;
    }

    /// <summary>A weight as (inputs, outputs), and back.</summary>
    private static Tensor Inputs(string name, Tensor weight) => HasOutputsFirst(name) ? weight.t() : weight;

    private static bool HasOutputsFirst(string name) => name.EndsWith("weight", StringComparison.Ordinal);

    private bool IsLayer(string name, Tensor weight)
    {
        MergeModel[] missing = [.. products.Where(p => !p.Tensors.ContainsKey(name))];
        if (missing.Length == products.Count) return false;
        if (missing.Length > 0)
            throw new WeightMismatchException(
                $"There are products of the inputs of '{name}' in {products.Count - missing.Length} of {products.Count} models, and not " +
                $"in the {missing[0].Name}; expected them in all. Compute them anew for each.");
        long inputs = weight.dim() == 2 ? weight.shape[HasOutputsFirst(name) ? 1 : 0] : 0;
        if (products.FirstOrDefault(p => !p.Tensors[name].Shape.AsSpan().SequenceEqual([inputs, inputs])) is { } other)
            throw new WeightMismatchException(
                $"The products of the inputs of '{name}' are {other.Tensors[name].ShapeText} in the {other.Name}, and the weight " +
                $"{TensorInfo.Text(weight.shape)}; expected ({inputs}, {inputs}).");
        return true;
    }
}

namespace WiseFt.Merging;

/// <summary>sum of weight_i theta_i, divided by the sum of the weights where it is normalised; no base.</summary>
/// <remarks>Uniform soups are this with equal weights. Source: Wortsman et al., Model soups (arXiv 2203.05482); mergekit's
/// <c>linear</c>.</remarks>
internal sealed class Linear(MergeSettings settings) : ICoefficients
{
    /// <inheritdoc/>
    public ProductsOf Needs => ProductsOf.Nothing;

    /// <inheritdoc/>
    public double[] Of(string name, InnerProducts products) => settings.Weights(name, settings.All.Normalize ?? true);
}

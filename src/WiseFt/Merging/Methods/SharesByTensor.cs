namespace WiseFt.Merging;

/// <summary>A weighted sum of models whose shares each tensor has of its own, as a learned soup gives them.</summary>
/// <param name="shares">A number for each model, by the tensor's name.</param>
internal sealed class SharesByTensor(Func<string, double[]> shares) : ICoefficients
{
    /// <inheritdoc/>
    public ProductsOf Needs => ProductsOf.Nothing;

    /// <inheritdoc/>
    public double[] Of(string name, InnerProducts products) => shares(name);
}

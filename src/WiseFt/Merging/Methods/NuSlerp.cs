namespace WiseFt.Merging;

/// <summary>Spherical interpolation of two models, or of their task vectors where there is a base, at t = weight_2 / (weight_1 +
/// weight_2): of the flattened tensor, or row by row; a straight line where they are parallel or opposite.</summary>
/// <remarks>Source: mergekit's <c>nuslerp</c>, <c>merge_methods/nuslerp.py</c>. Differs from it: vectors that are not flattened are always
/// rows, and they are parallel where the sine is below 1e-6 rather than 1e-8, which rounding passes, so that opposite ones, such as a
/// logit scale's, would be multiplied by millions.</remarks>
internal sealed class NuSlerp(MergeSettings settings, bool hasBase) : ICoefficients
{
    private const double Parallel = 1e-6, Nothing = 1e-6;

    /// <inheritdoc/>
    public ProductsOf Needs => hasBase ? ProductsOf.TaskVectors : ProductsOf.Models;

    /// <inheritdoc/>
    public bool ByRow => !(settings.All.Flatten ?? !(settings.All.RowWise ?? false));

    /// <inheritdoc/>
    public double[] Of(string name, InnerProducts products)
    {
        double first = settings.Of(0, p => p.Weight, name, 1), second = settings.Of(1, p => p.Weight, name, 1);
        double t = Math.Abs(first + second) < Nothing ? 0.5 : second / (first + second);
        double angle = Math.Acos(products.Cosine(0, 1));
        double[] pair = Math.Abs(Math.Sin(angle)) < Parallel ? [1 - t, t] : Slerp.Along(t, angle);
        return hasBase ? [1 - pair[0] - pair[1], .. pair] : pair;
    }
}

namespace WiseFt.Merging;

/// <summary>Spherical interpolation of two models, or of their task vectors where there is a base, at t = weight_2 / (weight_1 +
/// weight_2): of the flattened tensor, or row by row.</summary>
/// <remarks>Source: mergekit's <c>nuslerp</c>, <c>merge_methods/nuslerp.py</c>. Vectors that are not flattened are rows there and
/// here.</remarks>
internal sealed class NuSlerp(MergeSettings settings, bool hasBase) : ICoefficients
{
    private const double Parallel = 1e-8, Nothing = 1e-6;

    /// <inheritdoc/>
    public ProductsOf Needs => hasBase ? ProductsOf.TaskVectors : ProductsOf.Models;

    /// <inheritdoc/>
    public bool ByRow => settings.All.RowWise ?? !(settings.All.Flatten ?? true);

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

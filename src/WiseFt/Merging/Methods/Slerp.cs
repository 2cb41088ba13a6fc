namespace WiseFt.Merging;

/// <summary>Spherical interpolation from the base's tensor, t = 0, to the model's, t = 1: sin((1 - t) a) / sin(a) theta_0 +
/// sin(t a) / sin(a) theta_1, where a is the angle between the two, flattened; a straight line where they are nearly parallel.</summary>
/// <remarks>Source: Shoemake, Animating rotation with quaternion curves (1985); mergekit's <c>slerp</c>, with its thresholds.</remarks>
internal sealed class Slerp(MergeSettings settings) : ICoefficients
{
    private const double Parallel = 0.9995, Shortest = 1e-8;

    /// <inheritdoc/>
    public ProductsOf Needs => ProductsOf.Models;

    /// <inheritdoc/>
    public double[] Of(string name, InnerProducts products)
    {
        double t = settings.Of(p => p.T, name) ?? throw new ArgumentException(
            $"slerp needs t, a number in [0, 1], for '{name}'. Give `parameters: {{t: 0.5}}`.", nameof(name));
        double cosine = Cosine(products);
        return Math.Abs(cosine) > Parallel ? [1 - t, t] : Along(t, Math.Acos(cosine));
    }

    /// <summary>The coefficients at t on an arc of so many radians.</summary>
    public static double[] Along(double t, double angle) => t switch
    {
        0 => [1, 0],
        1 => [0, 1],
        _ => [Math.Sin((1 - t) * angle) / Math.Sin(angle), Math.Sin(t * angle) / Math.Sin(angle)],
    };

    // A vector without a direction is taken as it is, so that its product with another is nearly 0: as mergekit.
    private static double Cosine(InnerProducts products)
    {
        double a = products.Norm(0), b = products.Norm(1);
        return Math.Clamp(products[0, 1] / ((a > Shortest ? a : 1) * (b > Shortest ? b : 1)), -1, 1);
    }
}

namespace WiseFt.Merging;

/// <summary>theta_0 + (alpha + beta * block / (blocks - 1)) * sum of weight_i tau_i in the blocks, theta_0 + alpha * sum of weight_i tau_i
/// outside of them: early blocks, which hold what all tasks share, move less.</summary>
/// <param name="settings">The numbers.</param>
/// <param name="norms">Of several models, the part of the sum's length that one of them has: <see cref="NormRatio"/>; alpha where
/// it is not given.</param>
/// <remarks>Source: Wang et al., LiNeS (arXiv 2410.17146), equation 4 and section 4; wang-kee/LiNeS <c>src/eval/eval.py</c>, which finds
/// blocks by any number in a name; here by <see cref="BlockLayout"/>.</remarks>
internal sealed class Lines(MergeSettings settings, double norms) : ICoefficients
{
    private const double SingleTask = 0.5;

    /// <inheritdoc/>
    public ProductsOf Needs => ProductsOf.Nothing;

    /// <inheritdoc/>
    public double[] Of(string name, InnerProducts products)
    {
        bool single = settings.Models.Count == 1;
        double alpha = settings.Of(p => p.Alpha, name) ?? (single ? SingleTask : norms);
        double beta = settings.Of(p => p.Beta, name) ?? (single ? 1 - alpha : throw new ArgumentException(
            "lines of several models needs beta, what is added to alpha up to the last block. Give `parameters: {beta: 0.5}`.",
            nameof(name)));
        double factor = settings.Layout.Block(name) is null ? alpha : alpha + beta * settings.Layout.Depth(name);
        return TaskArithmetic.Around(settings.Weights(name, settings.All.Normalize ?? false), settings.Lambda(name) * factor);
    }

    /// <summary>alpha of T tasks: (|sum of tau_i|_1 / |merged tau|_1) / T over the whole model; the merged task vector of an addition is
    /// the sum, so that it is 1 / T.</summary>
    public static double NormRatio(int tasks) => 1.0 / tasks;
}

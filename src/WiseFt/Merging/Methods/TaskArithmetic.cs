namespace WiseFt.Merging;

/// <summary>theta_0 + lambda * sum of weight_i tau_i; with one model and a lambda in [0, 1] it is the WiSE-FT mixture, and with a lambda
/// that goes by depth or name WiSE-FT with an alpha for each block or group.</summary>
/// <remarks>Source: Ilharco et al., Editing models with task arithmetic (arXiv 2212.04089); mergekit's <c>task_arithmetic</c>.</remarks>
internal sealed class TaskArithmetic(MergeSettings settings) : ICoefficients
{
    /// <inheritdoc/>
    public ProductsOf Needs => ProductsOf.Nothing;

    /// <inheritdoc/>
    public double[] Of(string name, InnerProducts products) =>
        Around(settings.Weights(name, settings.All.Normalize ?? false), settings.Lambda(name));

    /// <summary>The coefficients of theta_0 + factor * sum of weight_i (theta_i - theta_0).</summary>
    public static double[] Around(IReadOnlyList<double> weights, double factor)
    {
        double[] scaled = [.. weights.Select(w => factor * w)];
        return [1 - scaled.Sum(), .. scaled];
    }
}

namespace WiseFt.ML;

/// <summary>What is asked of an image: the mixing coefficients to score it at, and what their predictions make together.</summary>
/// <param name="NeedsEndPoints">Whether other alphas than the served one are asked.</param>
/// <param name="Alphas">The alphas, each once, by the one that is served.</param>
/// <param name="Answer">The result of predictions in the order of the alphas.</param>
internal sealed record PoolQuestion(
    bool NeedsEndPoints, Func<double, IReadOnlyList<double>> Alphas, Func<IReadOnlyList<PoolPrediction>, PoolResult> Answer)
{
    /// <summary>By what is served.</summary>
    public static PoolQuestion Predict { get; } = new(false, served => [served], found => found[0]);

    /// <summary>By both end points and by what is served.</summary>
    public static PoolQuestion Compare { get; } =
        new(true, served => [0, 1, served], found => new PoolComparison(found[0], found[1], found[2]));

    /// <summary>By mixtures at given alphas.</summary>
    public static PoolQuestion Sweep(IReadOnlyList<double> alphas) => new(true, _ => alphas, found => new PoolSweep([.. found]));
}

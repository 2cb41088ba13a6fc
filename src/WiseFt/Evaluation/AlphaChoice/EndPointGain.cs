namespace WiseFt.Evaluation;

/// <summary>How far one alpha beats both end points at once: the paper's observation 2.</summary>
/// <param name="Alpha">The alpha of the largest gain; of equal ones, the one nearest 0.5.</param>
/// <param name="Gain">
/// Acc(alpha) - max(Acc(0), Acc(1)), the smallest over the distributions, in [-1, 1]. For one distribution at least 0, and 0 where an end
/// point is best.
/// </param>
/// <remarks>
/// WiSE-FT (arXiv 2109.01903), observation 2: some alpha beats the zero-shot and the fine-tuned model on the reference distribution and
/// under shift.
/// </remarks>
public sealed record EndPointGain(double Alpha, double Gain)
{
    /// <summary>Whether observation 2 holds on these alphas: one of them beats both end points on every distribution.</summary>
    public bool Holds => Gain > 0;

    /// <summary>Finds the alpha whose worst gain over the distributions is largest.</summary>
    /// <param name="alphas">Mixing coefficients in [0, 1], each once, 0 and 1 among them, in any order.</param>
    /// <param name="distributions">
    /// One list of accuracies a distribution, fractions in [0, 1], a value for each alpha: one list for that distribution's own gain,
    /// reference and shift together for observation 2.
    /// </param>
    /// <returns>
    /// The largest of the gains. Over several distributions it may be negative: then every alpha falls below an end point on one of them.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// No distribution, different lengths, no 0 or 1 among the alphas, or a value out of range.
    /// </exception>
    public static EndPointGain Measure(IReadOnlyList<double> alphas, params IReadOnlyList<IReadOnlyList<double>> distributions)
    {
        Check.NotEmpty(distributions);
        foreach (var accuracies in distributions)
        {
            SampleCheck.Accuracies(accuracies, nameof(distributions));
            AlphaCurve.Validate(alphas, accuracies.Count, nameof(distributions));
        }
        int zeroShot = AlphaCurve.Find(alphas, 0), fineTuned = AlphaCurve.Find(alphas, 1);
        double[] gains = [.. alphas.Select((_, i) => distributions.Min(a => a[i] - Math.Max(a[zeroShot], a[fineTuned])))];
        int best = AlphaSelector.Best(alphas, gains);
        return new EndPointGain(alphas[best], gains[best]);
    }
}

namespace WiseFt.Evaluation;

/// <summary>Picks the mixing coefficient: the paper's fixed 0.5, or the best on validation results.</summary>
/// <remarks>
/// Pick on held-out data of the reference distribution, or of a shift one may look at; never on the test shift itself: that is the paper's
/// "optimal alpha", an upper bound. The paper (arXiv 2109.01903, table 3) finds the fixed 0.5 within half a percentage point of it on
/// average.
/// </remarks>
public static class AlphaSelector
{
    /// <summary>The alpha of the highest validation accuracy.</summary>
    /// <param name="alphas">Mixing coefficients in [0, 1], each once.</param>
    /// <param name="accuracies">Validation accuracy at each alpha, fractions in [0, 1].</param>
    /// <returns>
    /// The best; of equally good ones the nearest to 0.5, and of two equally near the lower, which keeps more of the zero-shot model.
    /// </returns>
    /// <exception cref="ArgumentException">No alphas, different lengths, or a value out of range.</exception>
    public static AlphaChoice BestAccuracy(IReadOnlyList<double> alphas, IReadOnlyList<double> accuracies)
    {
        SampleCheck.Accuracies(accuracies);
        AlphaCurve.Validate(alphas, accuracies.Count, nameof(accuracies));
        int best = Best(alphas, accuracies);
        return new AlphaChoice(alphas[best], accuracies[best], best);
    }

    /// <summary>The alpha whose worst group is best.</summary>
    /// <param name="alphas">Mixing coefficients in [0, 1], each once.</param>
    /// <param name="validation">Grouped validation accuracy at each alpha.</param>
    /// <returns>The best; ties as in <see cref="BestAccuracy"/>.</returns>
    /// <exception cref="ArgumentException">No alphas, different lengths, or a value out of range.</exception>
    public static AlphaChoice BestWorstGroup(IReadOnlyList<double> alphas, IReadOnlyList<GroupedAccuracy> validation)
    {
        ArgumentNullException.ThrowIfNull(validation);
        AlphaCurve.Validate(alphas, validation.Count, nameof(validation));
        double[] worst = [.. validation.Select(v => v.Worst.Accuracy)];
        int best = Best(alphas, worst);
        return new AlphaChoice(alphas[best], worst[best], best);
    }

    /// <summary>What a fixed alpha loses to the best one, the paper's table 3.</summary>
    /// <param name="alphas">Mixing coefficients in [0, 1], each once, <paramref name="alpha"/> among them.</param>
    /// <param name="accuracies">Accuracy at each alpha, fractions in [0, 1].</param>
    /// <param name="alpha">The fixed coefficient. Default 0.5.</param>
    /// <returns>max(accuracies) - accuracy at <paramref name="alpha"/>, in [0, 1].</returns>
    /// <exception cref="ArgumentException">Different lengths, a value out of range, or the fixed alpha was not measured.</exception>
    public static double Regret(IReadOnlyList<double> alphas, IReadOnlyList<double> accuracies, double alpha = MixingCoefficient.Default)
    {
        double best = BestAccuracy(alphas, accuracies).Score;
        return best - accuracies[AlphaCurve.Find(alphas, alpha)];
    }

    /// <summary>The place of the highest score; ties as in <see cref="BestAccuracy"/>.</summary>
    internal static int Best(IReadOnlyList<double> alphas, IReadOnlyList<double> scores)
    {
        int best = 0;
        for (int i = 1; i < alphas.Count; i++)
            if (scores[i] > scores[best] || (scores[i] == scores[best] && IsPreferred(alphas[i], alphas[best]))) best = i;
        return best;
    }

    private static bool IsPreferred(double alpha, double other)
    {
        double closer = Math.Abs(other - MixingCoefficient.Default) - Math.Abs(alpha - MixingCoefficient.Default);
        return Math.Abs(closer) < 1e-9 ? alpha < other : closer > 0; // |0.3 - 0.5| and |0.7 - 0.5| differ in the last bit
    }
}

/// <summary>A mixing coefficient picked from validation results.</summary>
/// <param name="Alpha">The coefficient, in [0, 1].</param>
/// <param name="Score">What it was picked for: the accuracy, or the worst group's, in [0, 1].</param>
/// <param name="Index">Its place among the alphas given, from 0.</param>
public sealed record AlphaChoice(double Alpha, double Score, int Index);

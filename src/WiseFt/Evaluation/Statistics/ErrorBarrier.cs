using System.Collections.Immutable;

namespace WiseFt.Evaluation;

/// <summary>How far accuracy along alpha falls below the straight line between the end points: the paper's observation 1.</summary>
/// <remarks>
/// WiSE-FT (arXiv 2109.01903), observation 1: Acc(alpha) >= (1 - alpha) Acc(0) + alpha Acc(1) for every alpha, on the reference
/// distribution and under shift. With equal end points it is linear mode connectivity: no error barrier.
/// </remarks>
public sealed record ErrorBarrier
{
    private ErrorBarrier(ImmutableArray<double> gaps, int lowest, double alpha)
    {
        Gaps = gaps;
        Barrier = gaps[lowest];
        Alpha = alpha;
    }

    /// <summary>
    /// Acc(alpha) - [(1 - alpha) Acc(0) + alpha Acc(1)] for each alpha in the order given, in [-1, 1]; 0 at the end points.
    /// </summary>
    public ImmutableArray<double> Gaps { get; }

    /// <summary>The smallest gap, in [-1, 0]: 0 where there is no barrier, else minus its height.</summary>
    public double Barrier { get; }

    /// <summary>Where the smallest gap is; of equal ones, the first given.</summary>
    public double Alpha { get; }

    /// <summary>Whether observation 1 holds on these alphas: no gap below zero, but for rounding (1e-12).</summary>
    public bool Holds => Barrier > -1e-12;

    /// <summary>Measures the gaps of one distribution.</summary>
    /// <param name="alphas">Mixing coefficients in [0, 1], each once, 0 and 1 among them, in any order.</param>
    /// <param name="accuracies">Accuracy at each alpha, fractions in [0, 1].</param>
    /// <exception cref="ArgumentException">Different lengths, no 0 or 1 among the alphas, or a value out of range.</exception>
    public static ErrorBarrier Measure(IReadOnlyList<double> alphas, IReadOnlyList<double> accuracies)
    {
        SampleCheck.Accuracies(accuracies);
        AlphaCurve.Validate(alphas, accuracies.Count, nameof(accuracies));
        double zeroShot = accuracies[AlphaCurve.Find(alphas, 0)], fineTuned = accuracies[AlphaCurve.Find(alphas, 1)];
        ImmutableArray<double> gaps = [.. alphas.Select((alpha, i) => accuracies[i] - ((1 - alpha) * zeroShot + alpha * fineTuned))];
        int lowest = gaps.IndexOf(gaps.Min());
        return new ErrorBarrier(gaps, lowest, alphas[lowest]);
    }
}

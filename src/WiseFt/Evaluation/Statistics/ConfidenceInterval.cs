using System.Globalization;
using MathNet.Numerics.Distributions;

namespace WiseFt.Evaluation;

/// <summary>A confidence interval of an accuracy or of a difference of accuracies.</summary>
/// <param name="Lower">Lower bound, a fraction: in [0, 1] for an accuracy, [-1, 1] for a difference.</param>
/// <param name="Upper">Upper bound, a fraction; at least <paramref name="Lower"/>.</param>
/// <param name="Level">Confidence level in (0, 1), such as 0.95.</param>
public sealed record ConfidenceInterval(double Lower, double Upper, double Level)
{
    /// <summary>
    /// The exact (Clopper-Pearson) interval of a proportion: conservative, never outside [0, 1], right for small samples.
    /// </summary>
    /// <param name="correct">Number of successes, in [0, <paramref name="total"/>].</param>
    /// <param name="total">Number of trials, at least 1.</param>
    /// <param name="level">Confidence level in (0, 1). Default 0.95, the paper's.</param>
    /// <returns>
    /// [BetaInv(a/2; k, n-k+1), BetaInv(1-a/2; k+1, n-k)] with a = 1 - level; the lower bound is 0 if nothing is correct, the upper 1 if
    /// all are. Within 1e-12.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">A count or the level lies outside its range.</exception>
    /// <remarks>
    /// Clopper and Pearson, Biometrika 26 (1934); WiSE-FT (arXiv 2109.01903) draws 95% intervals of this kind.
    /// Differs from imagenet-testbed's code, whose alpha of 0.005 makes 99.5% intervals.
    /// </remarks>
    public static ConfidenceInterval ClopperPearson(int correct, int total, double level = 0.95)
    {
        Check.AtLeast(total, 1);
        Check.InRange(correct, 0, total);
        CheckLevel(level);
        double tail = (1 - level) / 2;
        double lower = correct == 0 ? 0 : Beta.InvCDF(correct, total - correct + 1, tail);
        double upper = correct == total ? 1 : Beta.InvCDF(correct + 1, total - correct, 1 - tail);
        return new ConfidenceInterval(lower, upper, level);
    }

    /// <summary>Whether a value lies in the interval, bounds included.</summary>
    /// <param name="value">A fraction.</param>
    public bool Contains(double value) => value >= Lower && value <= Upper;

    /// <summary>The bounds in percent with one decimal, such as "[61.2, 72.9]", in the invariant culture.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"[{100 * Lower:0.0}, {100 * Upper:0.0}]");

    internal static void CheckLevel(double level)
    {
        if (!(level > 0 && level < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(level),
                string.Create(CultureInfo.InvariantCulture, $"level is {level}; expected a level between 0 and 1, such as 0.95."));
        }
    }
}

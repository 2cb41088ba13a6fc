using System.Globalization;

namespace WiseFt.Merging;

/// <summary>The weighted sum of models, theta = sum over i of share_i * theta_i:
/// the WiSE-FT mixture of two, the average of a model soup.</summary>
internal sealed class WeightedSum : ICoefficients
{
    private const double ShareTolerance = 1e-9;

    private readonly double[] _shares;

    /// <summary>A sum of as many models as there are shares.</summary>
    /// <param name="shares">The base's and then the others', each in [0, 1], with the sum 1 (up to 1e-9).</param>
    /// <exception cref="ArgumentOutOfRangeException">A share is NaN or outside [0, 1].</exception>
    /// <exception cref="ArgumentException">Their sum is not 1.</exception>
    public WeightedSum(IReadOnlyList<double> shares)
    {
        foreach (double share in shares) Check.InRange(share, 0.0, 1.0);
        if (!(Math.Abs(shares.Sum() - 1) <= ShareTolerance))
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"The shares {string.Join(", ", shares.Select(Text))} have the sum {shares.Sum()}; expected 1."),
                nameof(shares));
        // What rounding left of the others must not keep a whole model from being copied bit for bit.
        bool hasWhole = shares.Contains(1);
        _shares = [.. shares.Select(share => hasWhole && share != 1 ? 0 : share)];
    }

    /// <inheritdoc/>
    public ProductsOf Needs => ProductsOf.Nothing;

    /// <summary>The WiSE-FT mixture of a zero-shot model, which is the base, and a fine-tuned one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Alpha is NaN or outside [0, 1].</exception>
    public static WeightedSum Mixture(double alpha) => new([1 - MixingCoefficient.Checked(alpha), alpha]);

    /// <summary>The sum of any number of models.</summary>
    /// <exception cref="ArgumentException">There is another number of shares, or they are none.</exception>
    public static WeightedSum Of(int models, IReadOnlyList<double> shares)
    {
        ArgumentNullException.ThrowIfNull(shares);
        return shares.Count == models
            ? new WeightedSum(shares)
            : throw new ArgumentException(
                $"There are {shares.Count} shares and {models} models; expected one share for each.", nameof(shares));
    }

    /// <inheritdoc/>
    public double[] Of(string name, InnerProducts products) => _shares;

    private static string Text(double share) => share.ToString(CultureInfo.InvariantCulture);
}

using static WiseFt.Evaluation.AccuracyText;

namespace WiseFt.Evaluation;

/// <summary>rho: what a model has under a shift beyond what its reference accuracy lets one expect.</summary>
/// <remarks>
/// rho(f) = Acc_shift(f) - beta(Acc_ref(f)), WiSE-FT (arXiv 2109.01903), section 2, after Taori et al. (arXiv 2007.00644). Average it over
/// shifts for one figure. Differences of rho between models whose intervals overlap mean little: show the intervals too.
/// </remarks>
public sealed record EffectiveRobustness
{
    private EffectiveRobustness(double referenceAccuracy, double shiftAccuracy, BaselineFit baseline)
    {
        ReferenceAccuracy = referenceAccuracy;
        ShiftAccuracy = shiftAccuracy;
        Baseline = baseline;
        Expected = baseline.Predict(referenceAccuracy);
    }

    /// <summary>Accuracy on the reference distribution, in [0, 1].</summary>
    public double ReferenceAccuracy { get; }

    /// <summary>Accuracy under the shift, in [0, 1].</summary>
    public double ShiftAccuracy { get; }

    /// <summary>beta, what to expect.</summary>
    public BaselineFit Baseline { get; }

    /// <summary>beta(<see cref="ReferenceAccuracy"/>), in [0, 1].</summary>
    public double Expected { get; }

    /// <summary>
    /// <see cref="ShiftAccuracy"/> - <see cref="Expected"/>, a fraction in [-1, 1]; times 100 it is in percentage points.
    /// </summary>
    public double Rho => ShiftAccuracy - Expected;

    /// <summary>Why the figure should be read with care (no linear trend, an extrapolated baseline), or null.</summary>
    public string? Warning
    {
        get
        {
            if (!Baseline.IsExtrapolated(ReferenceAccuracy)) return Baseline.Warning;
            string outside =
                $"{Baseline.Shift}: the baseline is extrapolated: reference accuracy {Percent(ReferenceAccuracy)} lies outside " +
                $"the fitted models' {Percent(Baseline.ReferenceMinimum)} to {Percent(Baseline.ReferenceMaximum)}.";
            return Baseline.Warning is null ? outside : Baseline.Warning + " " + outside;
        }
    }

    /// <summary>Measures one model under one shift.</summary>
    /// <param name="referenceAccuracy">Accuracy on the baseline's reference distribution, a fraction in [0, 1].</param>
    /// <param name="shiftAccuracy">Accuracy under the shift, a fraction in [0, 1].</param>
    /// <param name="baseline">The fit for this shift and this reference.</param>
    /// <exception cref="ArgumentOutOfRangeException">An accuracy lies outside [0, 1] or is NaN.</exception>
    public static EffectiveRobustness Measure(double referenceAccuracy, double shiftAccuracy, BaselineFit baseline)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        return new EffectiveRobustness(Check.InRange(referenceAccuracy, 0, 1), Check.InRange(shiftAccuracy, 0, 1), baseline);
    }
}

using MathNet.Numerics.Distributions;

namespace WiseFt.Evaluation;

/// <summary>The axis on which accuracies of models lie on a line.</summary>
public enum AccuracyScale
{
    /// <summary>log(p / (1 - p)): the scale of the paper's scatter plots.</summary>
    Logit,

    /// <summary>The standard normal distribution's quantile of p.</summary>
    Probit,
}

/// <summary>Accuracies to and from the axes of a robustness plot.</summary>
public static class AccuracyScaling
{
    /// <summary>h(p): an accuracy's place on the axis.</summary>
    /// <param name="scale">The axis.</param>
    /// <param name="accuracy">A fraction in [0, 1].</param>
    /// <returns>A number that grows with the accuracy; 0 at 1/2, minus and plus infinity at 0 and 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The accuracy lies outside [0, 1] or is NaN, or the scale is unknown.</exception>
    public static double Transform(AccuracyScale scale, double accuracy)
    {
        Check.InRange(accuracy, 0, 1);
        return Check.Defined(scale) == AccuracyScale.Logit
            ? Math.Log(accuracy) - Math.Log(1 - accuracy)
            : Normal.InvCDF(0, 1, accuracy);
    }

    /// <summary>The accuracy at a place on the axis: the inverse of <see cref="Transform"/>.</summary>
    /// <param name="scale">The axis.</param>
    /// <param name="value">Any number but NaN, infinities included.</param>
    /// <returns>A fraction in [0, 1].</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN, or the scale is unknown.</exception>
    public static double Invert(AccuracyScale scale, double value)
    {
        Check.InRange(value, double.NegativeInfinity, double.PositiveInfinity);
        return Check.Defined(scale) == AccuracyScale.Logit ? 1 / (1 + Math.Exp(-value)) : Normal.CDF(0, 1, value);
    }
}

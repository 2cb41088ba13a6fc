using System.Globalization;
using MathNet.Numerics.LinearRegression;

namespace WiseFt.Evaluation;

/// <summary>
/// beta: the accuracy under a shift to expect of a model that was trained on the reference distribution alone, given its reference
/// accuracy.
/// </summary>
/// <remarks>
/// A line h(y) = slope h(x) + intercept in logit or probit space, fitted by least squares over such models (Taori et al., arXiv 2007.00644;
/// Miller et al., arXiv 2107.04649). <see cref="ImageNetBaselines"/> has those of ImageNet's shifts.
/// </remarks>
public sealed record BaselineFit
{
    /// <summary>The shift, such as "imagenet-sketch".</summary>
    public required string Shift { get; init => field = Check.NotBlank(value); }

    /// <summary>The distribution whose accuracy is x. Default "reference".</summary>
    public string Reference { get; init => field = Check.NotBlank(value); } = "reference";

    /// <summary>h: the axis on which the models lie on a line.</summary>
    public required AccuracyScale Scale { get; init => field = Check.Defined(value); }

    /// <summary>Slope of the line, finite.</summary>
    public required double Slope { get; init => field = Check.InRange(value, double.MinValue, double.MaxValue); }

    /// <summary>Intercept of the line, finite.</summary>
    public required double Intercept { get; init => field = Check.InRange(value, double.MinValue, double.MaxValue); }

    /// <summary>Number of models behind the fit, at least 2.</summary>
    public required int Count { get; init => field = Check.AtLeast(value, 2); }

    /// <summary>
    /// Standard deviation of the residuals, in units of <see cref="Scale"/>, with n - 2 degrees of freedom; 0 for two models.
    /// </summary>
    public required double ResidualDeviation { get; init => field = Check.AtLeast(value, 0.0); }

    /// <summary>Share of the variance that the line explains, in [0, 1].</summary>
    public required double RSquared { get; init => field = Check.InRange(value, 0.0, 1.0); }

    /// <summary>The models' lowest reference accuracy: below it the line is extrapolated.</summary>
    public required double ReferenceMinimum { get; init => field = Check.InRange(value, 0.0, 1.0); }

    /// <summary>The models' highest reference accuracy: above it the line is extrapolated.</summary>
    public required double ReferenceMaximum { get; init => field = Check.InRange(value, 0.0, 1.0); }

    /// <summary>Why the fit should be read with care, or null.</summary>
    public string? Warning { get; init; }

    /// <summary>beta(x): the accuracy to expect under the shift.</summary>
    /// <param name="referenceAccuracy">x, a fraction in [0, 1].</param>
    /// <returns>A fraction in [0, 1].</returns>
    /// <exception cref="ArgumentOutOfRangeException">The accuracy lies outside [0, 1] or is NaN.</exception>
    public double Predict(double referenceAccuracy)
    {
        double x = AccuracyScaling.Transform(Scale, referenceAccuracy);
        return AccuracyScaling.Invert(Scale, Slope == 0 ? Intercept : Slope * x + Intercept); // 0 times infinity is no number
    }

    /// <summary>Whether an accuracy lies outside the range of the models behind the fit.</summary>
    /// <param name="referenceAccuracy">A fraction in [0, 1].</param>
    public bool IsExtrapolated(double referenceAccuracy) => referenceAccuracy < ReferenceMinimum || referenceAccuracy > ReferenceMaximum;

    /// <summary>Fits the line to one's own models.</summary>
    /// <param name="referenceAccuracies">Accuracy of each model on the reference distribution, fractions in (0, 1), not all equal.</param>
    /// <param name="shiftAccuracies">Accuracy of each model under the shift, fractions in (0, 1).</param>
    /// <param name="scale">The axis. Default logit, the paper's.</param>
    /// <param name="shift">The shift's name, for reports. Default "shift".</param>
    /// <exception cref="ArgumentException">
    /// Different lengths, fewer than two models, reference accuracies that are all equal, or an accuracy outside (0, 1): 0 and 1 have no
    /// finite place on the axis.
    /// </exception>
    public static BaselineFit Fit(
        IReadOnlyList<double> referenceAccuracies, IReadOnlyList<double> shiftAccuracies,
        AccuracyScale scale = AccuracyScale.Logit, string shift = "shift")
    {
        double[] x = Place(referenceAccuracies, scale, nameof(referenceAccuracies));
        double[] y = Place(shiftAccuracies, scale, nameof(shiftAccuracies));
        SampleCheck.SameLength(y.Length, nameof(shiftAccuracies), x.Length, nameof(referenceAccuracies));
        if (x.Distinct().Count() < 2)
        {
            throw new ArgumentException(
                $"{x.Length} models with {x.Distinct().Count()} different reference accuracies; a line needs at least two.",
                nameof(referenceAccuracies));
        }
        var (intercept, slope) = SimpleRegression.Fit(x, y);
        double residual = x.Zip(y, (a, b) => Math.Pow(b - slope * a - intercept, 2)).Sum();
        double mean = y.Average(), total = y.Sum(b => Math.Pow(b - mean, 2));
        return new BaselineFit
        {
            Shift = shift,
            Scale = scale,
            Slope = slope,
            Intercept = intercept,
            Count = x.Length,
            ResidualDeviation = x.Length == 2 ? 0 : Math.Sqrt(residual / (x.Length - 2)),
            RSquared = total == 0 ? 1 : Math.Clamp(1 - residual / total, 0, 1),
            ReferenceMinimum = referenceAccuracies.Min(),
            ReferenceMaximum = referenceAccuracies.Max(),
        };
    }

    private static double[] Place(IReadOnlyList<double> accuracies, AccuracyScale scale, string name)
    {
        ArgumentNullException.ThrowIfNull(accuracies, name);
        for (int i = 0; i < accuracies.Count; i++)
        {
            if (!(accuracies[i] > 0 && accuracies[i] < 1))
            {
                throw new ArgumentException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{name}[{i}] is {accuracies[i]}; expected a fraction above 0 and below 1. Leave the model out."),
                    name);
            }
        }
        return [.. accuracies.Select(a => AccuracyScaling.Transform(scale, a))];
    }
}

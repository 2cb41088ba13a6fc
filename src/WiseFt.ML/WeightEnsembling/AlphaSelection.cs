using System.Collections.Immutable;
using Microsoft.ML;
using WiseFt.Evaluation;

namespace WiseFt.ML;

/// <summary>How <c>Fit</c> picks the mixing coefficient: a fixed one, or the best on validation data. Immutable.</summary>
/// <remarks>
/// The validation data may be of the reference distribution or of a shift that one may look at, never the test data. Picking on the
/// reference distribution favours the fine-tuned model and costs accuracy under shift; without data of a shift the fixed 0.5 is the
/// paper's advice (arXiv 2109.01903, section 3).
/// </remarks>
public sealed record AlphaSelection
{
    private AlphaSelection()
    {
    }

    /// <summary>The fixed coefficient, in [0, 1]; null where it is picked on validation data.</summary>
    public double? Alpha { get; private init; }

    /// <summary>The validation data; null where a part of the training data is held out, or alpha is fixed.</summary>
    public IDataView? Validation { get; private init; }

    /// <summary>The share of the training data that is held out, in (0, 1);
    /// null where there is validation data, or alpha is fixed.</summary>
    public double? HoldoutFraction { get; private init; }

    /// <summary>Whether the worst class's accuracy decides, rather than the accuracy on all images.</summary>
    public bool ByWorstGroup { get; private init; }

    /// <summary>The coefficients to try, in [0, 1], ascending.</summary>
    public ImmutableArray<double> Candidates { get; private init; } = AlphaGrid.Tenths;

    /// <summary>A coefficient that no data decides on.</summary>
    /// <param name="alpha">In [0, 1]. Default 0.5: the paper's choice when no target data can be used to choose.</param>
    /// <exception cref="ArgumentOutOfRangeException">Alpha is NaN or outside [0, 1].</exception>
    public static AlphaSelection Fixed(double alpha = MixingCoefficient.Default) => new() { Alpha = MixingCoefficient.Checked(alpha) };

    /// <summary>The coefficient of the highest accuracy on validation data.</summary>
    /// <param name="validation">Labelled images with the pipeline's columns; the label may be text or a key of the same classes.</param>
    /// <param name="candidates">Coefficients in [0, 1]; null for 0 to 1 in steps of 0.1.</param>
    public static AlphaSelection BestAccuracy(IDataView validation, IReadOnlyList<double>? candidates = null) =>
        new() { Validation = validation ?? throw new ArgumentNullException(nameof(validation)), Candidates = Grid(candidates) };

    /// <summary>The coefficient of the highest accuracy on a part of the training data that fine-tuning does not see.</summary>
    /// <param name="fraction">The share of the training data to hold out, in (0, 1). Default 0.1.</param>
    /// <param name="candidates">Coefficients in [0, 1]; null for 0 to 1 in steps of 0.1.</param>
    public static AlphaSelection BestAccuracy(double fraction = 0.1, IReadOnlyList<double>? candidates = null) =>
        new() { HoldoutFraction = Fraction(fraction), Candidates = Grid(candidates) };

    /// <summary>The coefficient whose worst class is best on validation data.</summary>
    /// <param name="validation">Labelled images with the pipeline's columns; the label may be text or a key of the same classes.</param>
    /// <param name="candidates">Coefficients in [0, 1]; null for 0 to 1 in steps of 0.1.</param>
    public static AlphaSelection BestWorstGroup(IDataView validation, IReadOnlyList<double>? candidates = null) =>
        BestAccuracy(validation, candidates) with { ByWorstGroup = true };

    /// <summary>The coefficient whose worst class is best on a part of the training data that fine-tuning does not see.</summary>
    /// <param name="fraction">The share of the training data to hold out, in (0, 1). Default 0.1.</param>
    /// <param name="candidates">Coefficients in [0, 1]; null for 0 to 1 in steps of 0.1.</param>
    public static AlphaSelection BestWorstGroup(double fraction = 0.1, IReadOnlyList<double>? candidates = null) =>
        BestAccuracy(fraction, candidates) with { ByWorstGroup = true };

    /// <summary>The best of the coefficients that a sweep tried on the validation images.</summary>
    internal AlphaChoice Choose(RobustnessReport sweep)
    {
        if (!ByWorstGroup) return AlphaSelector.BestAccuracy(sweep.Alphas, sweep.Accuracies(0));
        ImmutableArray<int> labels = sweep.Sets[0].Labels;
        return AlphaSelector.BestWorstGroup(
            sweep.Alphas,
            [.. sweep.Results.Select(r => GroupedAccuracy.Measure(r.Predictions[0].Classes.AsSpan(), labels.AsSpan(), labels.AsSpan()))]);
    }

    private static ImmutableArray<double> Grid(IReadOnlyList<double>? candidates) =>
        candidates is null ? AlphaGrid.Tenths : new AlphaSweepOptions { Alphas = [.. candidates] }.Alphas;

    private static double Fraction(double fraction) => fraction is > 0 and < 1 ? fraction : throw new ArgumentOutOfRangeException(
        nameof(fraction),
        FormattableString.Invariant($"fraction is {fraction}; expected the share of the training data to hold out, between 0 and 1."));
}

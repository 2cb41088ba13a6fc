namespace WiseFt.Evaluation;

/// <summary>The alpha that was decided on before a verdict, and by which rule.</summary>
/// <param name="Rule"><see cref="Fixed"/> or <see cref="Validation"/>.</param>
/// <param name="Alpha">The coefficient.</param>
internal sealed record AlphaDecision(string Rule, double Alpha)
{
    /// <summary>A rule: one that no data decides on, or the one of the highest accuracy on validation data.</summary>
    public const string Fixed = "fixed", Validation = "validation";

    /// <summary>Decides.</summary>
    /// <param name="rule">One of the rules.</param>
    /// <param name="report">A sweep, whose first test set is the validation set.</param>
    /// <param name="given">What the rule "fixed" keeps.</param>
    public static AlphaDecision By(string rule, RobustnessReport report, double given) => rule == Validation
        ? new AlphaDecision(rule, AlphaSelector.BestAccuracy(report.Alphas, report.Accuracies(0)).Alpha)
        : new AlphaDecision(rule, given);

    /// <summary>The verdict on it; null where only accuracies are known.</summary>
    public Verdict? Judge(RobustnessReport report) => Verdict.Measure(report, Alpha, isChosenHere: Rule == Validation);
}

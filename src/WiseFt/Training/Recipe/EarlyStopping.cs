namespace WiseFt.Training;

/// <summary>The rule of early stopping, and what it came to, in words that every log says.</summary>
internal static class EarlyStopping
{
    /// <summary>Whether training ends with the steps done: their last epoch is the patience or more after the kept one.</summary>
    public static bool EndsAfter(IReadOnlyList<FineTuningStep> trace, int? patience) =>
        trace.Count > 0 && trace[^1] is { KeptEpoch: int kept } last && last.Epoch - kept >= patience;

    /// <summary>The rule; null where a recipe has none.</summary>
    public static string? Rule(FineTuningOptions options) => options.EarlyStoppingPatience is not int patience ? null
        : FormattableString.Invariant($"Early stopping: training ends after {patience} {(patience == 1 ? "epoch" : "epochs in a row")} ") +
            "without a higher accuracy on the validation images, and the weights of the epoch with the highest are kept, of equal ones " +
            "the earlier's. " +
            FormattableString.Invariant($"The learning rate falls as for all {options.Epochs} epochs.");

    /// <summary>What a run with the rule came to.</summary>
    /// <param name="last">Its last step.</param>
    /// <param name="options">Its recipe.</param>
    public static string Outcome(FineTuningStep last, FineTuningOptions options) => FormattableString.Invariant(
        $"Early stopping: the weights of epoch {last.KeptEpoch + 1} are kept; ") + FormattableString.Invariant(
        $"training ended after {last.Epoch + 1} of {options.Epochs} epochs.");
}

using System.Globalization;
using WiseFt.Evaluation;

namespace WiseFt.Tool;

/// <summary>Accuracy by epoch on one line.</summary>
internal static class Curve
{
    private const string Bars = "▁▂▃▄▅▆▇█";

    /// <summary>The first, the best and the last, and a bar each between the lowest and the highest.</summary>
    public static string InWords(IReadOnlyList<ValidationResult> epochs)
    {
        double lowest = epochs.Min(e => e.Accuracy), highest = epochs.Max(e => e.Accuracy);
        string bars = string.Concat(epochs.Select(e => Bars[highest == lowest ? 0 : (int)Math.Round(
            (Bars.Length - 1) * (e.Accuracy - lowest) / (highest - lowest))]));
        int best = Enumerable.Range(0, epochs.Count).MaxBy(i => epochs[i].Accuracy);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{bars}  first {Percent(epochs[0])}, highest {Percent(epochs[best])} (epoch {best + 1}), last {Percent(epochs[^1])} %");
    }

    private static string Percent(ValidationResult epoch) => AccuracyText.Percent(epoch.Accuracy);
}

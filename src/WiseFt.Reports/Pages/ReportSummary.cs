using System.Collections.Immutable;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>What the report says, in sentences.</summary>
internal static class ReportSummary
{
    public static ImmutableArray<string> Sentences(RobustnessReport report, RobustnessStatistics statistics)
    {
        var sentences = ImmutableArray.CreateBuilder<string>();
        AlphaResult mixture = report.At(statistics.MixtureAlpha);
        string alpha = Text.Alpha(mixture.Alpha), name = report.Sets[0].Name;
        if (report.Find(0) is { } zeroShot && report.Find(1) is { } fineTuned)
            sentences.Add(
                $"Fine-tuning takes the accuracy on {name} from {Text.Percent(zeroShot.Reference)} % " +
                $"to {Text.Percent(fineTuned.Reference)} %" +
                (zeroShot.AverageShifts is double before && fineTuned.AverageShifts is double after
                    ? $" and the average over the shifts from {Text.Percent(before)} % to {Text.Percent(after)} %"
                    : "") +
                $"; the weight-space ensemble at alpha {alpha} has {Text.Percent(mixture.Reference)} % on {name}" +
                (mixture.AverageShifts is double shifts ? $" and {Text.Percent(shifts)} % under shift." : "."));
        else
            sentences.Add($"At alpha {alpha} the accuracy on {name} is {Text.Percent(mixture.Reference)} %" +
                (mixture.AverageShifts is double shifts ? $" and {Text.Percent(shifts)} % on average under shift." : "."));
        if (statistics.AverageRegret is double regret)
            sentences.Add(
                $"The best alpha in hindsight is {Text.Alpha(report.Best.Alpha)}; " +
                $"the fixed alpha 0.5 loses {Text.Percent(regret)} percentage points of the average over reference and shifts to it.");
        string[] better = [.. statistics.Sets.Where(s => Beats(s.AgainstZeroShot) && Beats(s.AgainstFineTuned)).Select(s => s.Name)];
        if (statistics.Sets.Any(s => s.AgainstZeroShot is not null))
            sentences.Add(better.Length == 0
                ? "On no test set is the mixture better than both end points beyond chance (McNemar, 5 %)."
                : $"Better than both end points beyond chance (McNemar, 5 %): {string.Join(", ", better)}.");
        return sentences.ToImmutable();
    }

    private static bool Beats(PairedComparison? comparison) => comparison is { Difference: > 0, McNemarP: < 0.05 };
}

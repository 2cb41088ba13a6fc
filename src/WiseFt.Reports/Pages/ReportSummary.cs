using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>What the report says where only accuracies are known, and nobody can say what is chance.</summary>
internal static class ReportSummary
{
    public static string Sentence(RobustnessReport report, RobustnessStatistics statistics)
    {
        AlphaResult mixture = report.At(statistics.MixtureAlpha);
        string alpha = Text.Alpha(mixture.Alpha), name = report.Sets[0].Name;
        if (report.Find(0) is not { } zeroShot || report.Find(1) is not { } fineTuned)
            return $"At alpha {alpha} the accuracy on {name} is {Text.Percent(mixture.Reference)} %" +
                (mixture.AverageShifts is double average ? $" and {Text.Percent(average)} % on average under shift." : ".");
        return $"Fine-tuning takes the accuracy on {name} from {Text.Percent(zeroShot.Reference)} % " +
            $"to {Text.Percent(fineTuned.Reference)} %" +
            (zeroShot.AverageShifts is double before && fineTuned.AverageShifts is double after
                ? $" and the average over the shifts from {Text.Percent(before)} % to {Text.Percent(after)} %"
                : "") +
            $"; the weight-space ensemble at alpha {alpha} has {Text.Percent(mixture.Reference)} % on {name}" +
            (mixture.AverageShifts is double shifts ? $" and {Text.Percent(shifts)} % under shift." : ".");
    }
}

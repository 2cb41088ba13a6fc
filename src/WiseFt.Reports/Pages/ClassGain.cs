using System.Collections.Immutable;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>What the mixture gains over the fine-tuned model in one class of one test set.</summary>
internal sealed record ClassGain(string Class, int Count, double ZeroShot, double Mixture, double FineTuned)
{
    /// <summary>Accuracy of the mixture less the fine-tuned model's, in [-1, 1].</summary>
    public double Gain => Mixture - FineTuned;

    /// <summary>The classes that occur in the test set, by falling gain; of equal ones, in the classes' order.</summary>
    public static ImmutableArray<ClassGain> Of(RobustnessReport report, SetStatistics set)
    {
        ImmutableArray<ClassMetrics> zeroShot = set.Models[0].Metrics.Classes, fineTuned = set.Models[^1].Metrics.Classes;
        ImmutableArray<string> names = report.ClassNamesOf(report.Sets.Select(s => s.Name).ToList().IndexOf(set.Name));
        ImmutableArray<ClassMetrics> mixture = set.Models[set.Models.Length / 2].Metrics.Classes;
        return [.. mixture.Where(c => c.IsPresent)
            .Select(c => new ClassGain(names[c.Class], c.Count, zeroShot[c.Class].Recall, c.Recall, fineTuned[c.Class].Recall))
            .OrderByDescending(g => g.Gain)];
    }
}

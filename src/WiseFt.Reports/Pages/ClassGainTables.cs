using System.Collections.Immutable;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>What the mixture gains and loses against the fine-tuned model, class by class.</summary>
internal static class ClassGainTables
{
    private const int Extremes = 5;

    public static IEnumerable<PageSection> Create(RobustnessReport report, RobustnessStatistics statistics)
    {
        PageTable[] tables = [.. statistics.Sets.Where(s => s.AgainstFineTuned is not null).Select(s => Table(report, s))];
        if (tables.Length == 0) yield break;
        yield return new PageSection(
            "Classes that gain and lose most",
            $"Per-class accuracy of the mixture at alpha {Text.Alpha(statistics.MixtureAlpha)} less the fine-tuned model's, in " +
            $"percentage points: the {Extremes} largest and the {Extremes} smallest gains. A class of few images gains or loses much by " +
            "chance.")
        {
            Tables = [.. tables.Select((t, n) => t with { IsFolded = n > 0 })],
        };
    }

    private static PageTable Table(RobustnessReport report, SetStatistics set)
    {
        ImmutableArray<ClassGain> gains = ClassGain.Of(report, set);
        int[] counts = [gains.Count(g => g.Gain > 0), gains.Count(g => g.Gain < 0), gains.Count(g => g.Gain == 0)];
        return new PageTable(
            set.Name,
            $"Of {Text.Number(gains.Length, "0")} classes {Text.Number(counts[0], "0")} gain, {Text.Number(counts[1], "0")} lose and " +
            $"{Text.Number(counts[2], "0")} stay.",
            ["class", "images", "zero-shot", "mixture", "fine-tuned", "gain"],
            [.. Shown(gains).Select(g => (ImmutableArray<string>)[
                g.Class, Text.Number(g.Count, "0"), Text.Percent(g.ZeroShot), Text.Percent(g.Mixture), Text.Percent(g.FineTuned),
                Text.Points(g.Gain)])]);
    }

    private static IEnumerable<ClassGain> Shown(ImmutableArray<ClassGain> gains) =>
        gains.Length <= 2 * Extremes ? gains : gains.Take(Extremes).Concat(gains.TakeLast(Extremes));
}

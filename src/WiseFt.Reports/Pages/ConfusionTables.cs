using System.Collections.Immutable;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>Which classes the mixture takes for which: the whole matrix of a few classes, the most confused pairs of many.</summary>
internal static class ConfusionTables
{
    private const int WholeUpTo = 15, MostPairs = 15, LeastImages = 2;

    public static IEnumerable<PageSection> Create(RobustnessReport report, RobustnessStatistics statistics)
    {
        if (!report.HasPredictions) yield break;
        AlphaResult mixture = report.At(statistics.MixtureAlpha);
        PageTable[] tables = [.. report.Sets.Select((_, s) => Table(report, mixture, s)).OfType<PageTable>()];
        if (tables.Length == 0) yield break;
        yield return new PageSection(
            "Which classes are confused",
            $"Predictions of alpha {Text.Alpha(mixture.Alpha)}. Test sets of up to {WholeUpTo} classes have a row for each true class " +
            "and a column for each predicted one, in images, more strongly coloured for a larger part of the row; those of more classes, " +
            $"the {MostPairs} pairs that are confused most.")
        {
            Tables = [.. tables],
        };
    }

    private static PageTable? Table(RobustnessReport report, AlphaResult mixture, int s)
    {
        ImmutableArray<int> labels = report.Sets[s].Labels, said = mixture.Predictions[s].Classes;
        int[] classes = [.. labels.Concat(said).Distinct().Order()];
        var counts = labels.Zip(said).CountBy(p => (True: p.First, Said: p.Second)).ToDictionary(c => c.Key, c => c.Value);
        PageTable? table = classes.Length <= WholeUpTo
            ? Whole(report, s, classes, counts)
            : Pairs(report, s, labels.CountBy(l => l).ToDictionary(c => c.Key, c => c.Value), counts);
        return table is null ? null : table with { IsFolded = s > 0 };
    }

    private static PageTable Whole(RobustnessReport report, int s, int[] classes, Dictionary<(int True, int Said), int> counts)
    {
        ImmutableArray<string> names = report.ClassNamesOf(s);
        int[] rows = [.. classes.Where(c => counts.Keys.Any(p => p.True == c))];
        int[][] cells = [.. rows.Select(t => classes.Select(c => counts.GetValueOrDefault((t, c))).ToArray())];
        return new PageTable(
            report.Sets[s].Name, InWords(counts), ["true class", .. classes.Select(c => names[c])],
            [.. rows.Select((t, r) => (ImmutableArray<string>)[names[t], .. cells[r].Select(n => Text.Number(n, "0"))])])
        {
            Shades = [.. cells.Select(row => row.Select(n => (double)n / row.Sum()).ToImmutableArray())],
        };
    }

    private static PageTable? Pairs(
        RobustnessReport report, int s, Dictionary<int, int> images, Dictionary<(int True, int Said), int> counts)
    {
        ImmutableArray<string> names = report.ClassNamesOf(s);
        var pairs = counts.Where(c => c.Key.True != c.Key.Said && c.Value >= LeastImages)
            .OrderByDescending(c => c.Value).ThenByDescending(c => Share(c.Key, c.Value)).ThenBy(c => c.Key).Take(MostPairs).ToArray();
        if (pairs.Length == 0) return null;
        return new PageTable(
            report.Sets[s].Name, $"{InWords(counts)} These pairs are {Text.Number(pairs.Sum(p => p.Value), "0")} of them.",
            ["true class", "taken for", "times", "images of the class", "percent", "the other way round"],
            [.. pairs.Select(p => (ImmutableArray<string>)[
                names[p.Key.True], names[p.Key.Said], Text.Number(p.Value, "0"), Text.Number(images[p.Key.True], "0"),
                Text.Percent(Share(p.Key, p.Value)), Text.Number(counts.GetValueOrDefault((p.Key.Said, p.Key.True)), "0")])]);

        double Share((int True, int Said) pair, int count) => (double)count / images[pair.True];
    }

    private static string InWords(Dictionary<(int True, int Said), int> counts)
    {
        int wrong = counts.Where(c => c.Key.True != c.Key.Said).Sum(c => c.Value);
        return $"{Text.Number(wrong, "0")} of {Text.Number(counts.Values.Sum(), "0")} images are wrong.";
    }
}

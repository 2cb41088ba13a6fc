using System.Collections.Immutable;
using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>The sections of a report, in the order of the pages: what was measured first, what explains it after that.</summary>
internal static class ReportSections
{
    public static ImmutableArray<PageSection> Create(
        RobustnessReport report, RobustnessStatistics statistics, Verdict? verdict, ReportOptions options) =>
    [
        .. AccuracyTables.Create(report, statistics, verdict).Select(PageSection.Of),
        .. MethodTable.Create(report, statistics, options).Select(PageSection.Of),
        .. Shifts(report, statistics, options),
        .. StatisticsTables.Comparing(statistics).Select(PageSection.Of),
        .. ConfusionTables.Create(report, statistics),
        .. Examples(report, statistics, options.ExampleImages),
        .. Reliability(report, statistics),
        .. StatisticsTables.Explaining(report, statistics).Select(PageSection.Of),
        .. ClassGainTables.Create(report, statistics),
        .. StatisticsTables.Diversities(statistics).Select(PageSection.Of),
    ];

    private static IEnumerable<PageSection> Shifts(RobustnessReport report, RobustnessStatistics statistics, ReportOptions options)
    {
        // One shift is its own average: the figure beside the verdict.
        if (report.Sets.Length < 3 && report.OutputEnsembles.IsEmpty && options.Baselines.Count == 0) yield break;
        ImmutableArray<Figure> figures = FigureSet.Shifts(report, statistics, options);
        if (figures.IsEmpty) yield break;
        yield return new PageSection(
            "Each shift against the reference",
            "Along alpha, each axis with the range of its own accuracies: up is better under shift, right is better on the reference. " +
            "What is known of a single accuracy is the interval in the table above, often wider than a frame here.")
        {
            Figures = figures,
        };
    }

    private static IEnumerable<PageSection> Examples(RobustnessReport report, RobustnessStatistics statistics, int most)
    {
        string alpha = Text.Alpha(statistics.MixtureAlpha);
        ImmutableArray<ImageExample> wrong = ImageExample.Wrong(report, statistics, most),
            right = ImageExample.Right(report, statistics, most);
        if (!wrong.IsEmpty)
            yield return new PageSection(
                "What the mixture gets wrong",
                $"The mistakes of which the mixture at alpha {alpha} is surest: of each class one, from each test set in turn. Wrong " +
                "labels and images of several things are often among them.")
            {
                Examples = wrong,
            };
        if (!right.IsEmpty)
            yield return new PageSection(
                "What the mixture gets right",
                $"Images that the mixture at alpha {alpha} gets right and at least one end point gets wrong: of each class one on which " +
                "they differ much, from each test set in turn.")
            {
                Examples = right,
            };
    }

    private static IEnumerable<PageSection> Reliability(RobustnessReport report, RobustnessStatistics statistics)
    {
        ImmutableArray<Figure> figures = FigureSet.Reliabilities(report, statistics);
        if (!figures.IsEmpty)
            yield return new PageSection(
                "Reliability",
                "Whether a confidence of 80 % means that 80 of 100 images are right. A point is images of like confidence, at least 20 " +
                "where there are as many, with the 95 % interval of their accuracy. Above the dotted line a model is too modest, below " +
                "it too sure of itself.")
            {
                Figures = figures,
            };
    }
}

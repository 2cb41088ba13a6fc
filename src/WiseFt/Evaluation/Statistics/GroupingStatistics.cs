using System.Collections.Immutable;
using WiseFt.Images;

namespace WiseFt.Evaluation;

/// <summary>How the mixtures do on the groups of a test set, such as regions or cameras.</summary>
/// <param name="Name">What the groups are.</param>
/// <param name="GroupNames">The groups' names; <see cref="GroupAccuracy.Group"/> is a place among them.</param>
/// <param name="ByAlpha">Accuracy by group at each alpha of the report.</param>
/// <param name="Best">The alpha whose worst group is best on this test set itself: an upper bound, not a choice one could have made.</param>
public sealed record GroupingStatistics(string Name, ImmutableArray<string> GroupNames, ImmutableArray<GroupedAccuracy> ByAlpha, AlphaChoice Best)
{
    internal static GroupingStatistics Measure(ImageGroups groups, RobustnessReport report, int set)
    {
        ImmutableArray<GroupedAccuracy> byAlpha = [.. report.Results.Select(r => Accuracy(groups, r.Predictions[set], report.Sets[set]))];
        return new GroupingStatistics(groups.Name, groups.Names, byAlpha, AlphaSelector.BestWorstGroup(report.Alphas, byAlpha));
    }

    internal static GroupedAccuracy Accuracy(ImageGroups groups, Predictions predictions, EvaluatedSet set) =>
        GroupedAccuracy.Measure(predictions.Classes.AsSpan(), set.Labels.AsSpan(), groups.Indices.AsSpan(), ImageGroups.None);
}

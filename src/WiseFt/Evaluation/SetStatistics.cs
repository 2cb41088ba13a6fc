using System.Collections.Immutable;
using WiseFt.Images;

namespace WiseFt.Evaluation;

/// <summary>What a report says about one test set beyond its accuracies.</summary>
/// <remarks>What needs an end point is null where the sweep did not try it;
/// what needs predictions, where only accuracies are known.</remarks>
public sealed record SetStatistics
{
    internal SetStatistics()
    {
    }

    /// <summary>The test set's name.</summary>
    public required string Name { get; init; }

    /// <summary>Number of images; 0 where it is not known.</summary>
    public required int Count { get; init; }

    /// <summary>95 % Clopper-Pearson interval of the accuracy at each alpha; empty where the number of images is not known.</summary>
    public required ImmutableArray<ConfidenceInterval> Intervals { get; init; }

    /// <summary>The best alpha on this test set itself: an upper bound, not a choice one could have made.</summary>
    public required AlphaChoice Best { get; init; }

    /// <summary>What the fixed alpha 0.5 loses to the best, in [0, 1]; null where 0.5 was not tried.</summary>
    public required double? Regret { get; init; }

    /// <summary>Observation 1: how far the curve falls below the straight line between the end points.</summary>
    public required ErrorBarrier? Barrier { get; init; }

    /// <summary>Observation 2 on this test set: how far the best alpha is above both end points.</summary>
    public required EndPointGain? Gain { get; init; }

    /// <summary>The zero-shot model, the mixture and the fine-tuned model, as far as the sweep tried them;
    /// empty without predictions.</summary>
    public required ImmutableArray<ModelStatistics> Models { get; init; }

    /// <summary>Accuracy by group for each of the set's groupings; empty without groups or predictions.</summary>
    public required ImmutableArray<GroupingStatistics> Groupings { get; init; }

    /// <summary>pm-0 and pm-k at each alpha; empty without groups of frames or predictions.</summary>
    public required ImmutableArray<FrameRobustness> Frames { get; init; }

    /// <summary>The mixture (first) against the zero-shot model (second).</summary>
    public required PairedComparison? AgainstZeroShot { get; init; }

    /// <summary>The mixture (first) against the fine-tuned model (second).</summary>
    public required PairedComparison? AgainstFineTuned { get; init; }

    /// <summary>How differently the zero-shot (first) and the fine-tuned model (second) decide.</summary>
    public required Diversity? Diversity { get; init; }

    /// <summary><see cref="Diversity.CkaComplement"/> of the end points' features; null where unknown.</summary>
    public required double? CkaComplement { get; init; }

    /// <summary>Whom the mixture follows where the zero-shot (first) and the fine-tuned model (second) disagree.</summary>
    public required OverrideFractions? Overrides { get; init; }

    /// <summary>Effective robustness at each alpha; empty where no baseline was given for this test set.</summary>
    public required ImmutableArray<EffectiveRobustness> EffectiveRobustness { get; init; }
}

/// <summary>One model on one test set, class by class and confidence by confidence.</summary>
/// <param name="Alpha">The model's mixing coefficient, in [0, 1].</param>
/// <param name="Metrics">Accuracy, macro scores and per-class counts.</param>
/// <param name="Calibration">Calibration error, reliability bins, likelihood.</param>
/// <param name="WorstClass">The class of the lowest accuracy; of equal ones, the first.</param>
public sealed record ModelStatistics(double Alpha, ClassificationMetrics Metrics, Calibration Calibration, GroupAccuracy WorstClass)
{
    internal static ModelStatistics Measure(double alpha, Predictions predictions, EvaluatedSet set, int classCount)
    {
        ReadOnlySpan<int> classes = predictions.Classes.AsSpan(), labels = set.Labels.AsSpan();
        return new ModelStatistics(
            alpha,
            ClassificationMetrics.Measure(classes, labels, classCount),
            Calibration.Measure(predictions, labels),
            GroupedAccuracy.Measure(classes, labels, labels).Worst);
    }
}

/// <summary>How the mixtures do on the groups of a test set, such as regions or cameras.</summary>
/// <param name="Name">What the groups are.</param>
/// <param name="GroupNames">The groups' names; <see cref="GroupAccuracy.Group"/> is a place among them.</param>
/// <param name="ByAlpha">Accuracy by group at each alpha of the report.</param>
/// <param name="Best">The alpha whose worst group is best on this test set itself:
/// an upper bound, not a choice one could have made.</param>
public sealed record GroupingStatistics(
    string Name, ImmutableArray<string> GroupNames, ImmutableArray<GroupedAccuracy> ByAlpha, AlphaChoice Best)
{
    internal static GroupingStatistics Measure(ImageGroups groups, RobustnessReport report, int set)
    {
        ImmutableArray<GroupedAccuracy> byAlpha = [.. report.Results.Select(r => Accuracy(groups, r.Predictions[set], report.Sets[set]))];
        return new GroupingStatistics(groups.Name, groups.Names, byAlpha, AlphaSelector.BestWorstGroup(report.Alphas, byAlpha));
    }

    internal static GroupedAccuracy Accuracy(ImageGroups groups, Predictions predictions, EvaluatedSet set) =>
        GroupedAccuracy.Measure(predictions.Classes.AsSpan(), set.Labels.AsSpan(), groups.Indices.AsSpan(), ImageGroups.None);
}

using System.Collections.Immutable;

namespace WiseFt.Evaluation;

/// <summary>What a report says about one test set beyond its accuracies.</summary>
/// <remarks>What needs an end point is null where the sweep did not try it; what needs predictions, where only accuracies are known.</remarks>
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

    /// <summary>The zero-shot model, the mixture and the fine-tuned model, as far as the sweep tried them; empty without predictions.</summary>
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

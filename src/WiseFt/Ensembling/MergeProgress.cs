namespace WiseFt;

/// <summary>What a merge is at.</summary>
public enum MergePhase
{
    /// <summary>The base's zero-shot head is made; units are prompts.</summary>
    Head,

    /// <summary>Fisher information, products of inputs, or soups: images are looked at before merging; units are images.</summary>
    Measuring,

    /// <summary>Weights are merged; units are numbers.</summary>
    Merging,

    /// <summary>Batch normalisation's statistics are estimated again; units are images.</summary>
    Recalibrating,

    /// <summary>The outcome is evaluated; units are images times mixing coefficients.</summary>
    Evaluating,
}

/// <summary>How far a merge is.</summary>
/// <param name="Phase">What it is at.</param>
/// <param name="Work">How far that is.</param>
public readonly record struct MergeProgress(MergePhase Phase, WorkProgress Work);

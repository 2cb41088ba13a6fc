namespace WiseFt.Evaluation;

/// <summary>How the logits of several reference classes become one label's.</summary>
public enum ClassMerge
{
    /// <summary>
    /// The largest: the label's score is that of its likeliest class. The default, and what the paper does for ObjectNet.
    /// </summary>
    Max,

    /// <summary>The mean.</summary>
    Mean,

    /// <summary>The middle one in order of size, or the mean of the middle two.</summary>
    Median,

    /// <summary>The sum. It favours labels with many classes where logits are positive.</summary>
    Sum,
}

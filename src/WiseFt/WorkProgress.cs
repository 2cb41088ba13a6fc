namespace WiseFt;

/// <summary>How far a piece of long work is.</summary>
/// <param name="Done">Units of work done so far: prompts, images, or images times mixing coefficients, as the work says.</param>
/// <param name="Total">Units altogether.</param>
public readonly record struct WorkProgress(long Done, long Total);

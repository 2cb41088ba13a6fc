namespace WiseFt;

/// <summary>How far a sweep is.</summary>
/// <param name="Done">Images evaluated so far, counted once for each alpha.</param>
/// <param name="Total">Images of all test sets times alphas.</param>
public readonly record struct AlphaSweepProgress(long Done, long Total);

namespace WiseFt.ML;

/// <summary>How a classifier's rows are scored.</summary>
/// <param name="BatchSize">Images scored at once.</param>
/// <param name="Precision">In what the image encoder's products are computed.</param>
internal sealed record ScoringSettings(int BatchSize, Precision Precision);

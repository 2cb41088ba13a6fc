namespace WiseFt.ML;

/// <summary>How rows are scored or embedded. Immutable; vary with <c>with</c>.</summary>
public sealed record ScoringOptions
{
    /// <summary>Rows computed at once. At least 1; default 32.</summary>
    public int BatchSize { get; init => field = Check.AtLeast(value, 1); } = 32;

    /// <summary>In what an encoder's products are computed. Default float32. In bfloat16 batches take about half the time on a GPU or a
    /// processor that has bfloat16 instructions (AVX512_BF16, AMX), more on others;
    /// probabilities and vectors differ in their third digit. Int8 takes less time still on x64 processors that multiply bytes, and is
    /// refused elsewhere when rows are scored.</summary>
    public Precision Precision { get; init => field = Check.Defined(value); }
}

namespace WiseFt.Benchmarks;

/// <summary>A row to score.</summary>
internal sealed class ImageRow
{
    public string ImagePath { get; set; } = "";
}

/// <summary>What scoring adds.</summary>
internal sealed class ScoredRow
{
    public float[] Score { get; set; } = [];
}

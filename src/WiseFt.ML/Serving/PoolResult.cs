namespace WiseFt.ML;

/// <summary>What became of a request: <see cref="PoolPrediction"/>, <see cref="PoolComparison"/>, <see cref="PoolUnavailable"/> or <see cref="PoolImageRefused"/>.</summary>
public abstract record PoolResult
{
    private protected PoolResult() { }
}

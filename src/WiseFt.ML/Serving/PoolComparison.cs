namespace WiseFt.ML;

/// <summary>An image's classes by both end points and by their mixture.</summary>
/// <param name="ZeroShot">By the zero-shot model, alpha 0.</param>
/// <param name="FineTuned">By the fine-tuned model, alpha 1.</param>
/// <param name="Mixture">By the mixture that is being served.</param>
public sealed record PoolComparison(PoolPrediction ZeroShot, PoolPrediction FineTuned, PoolPrediction Mixture) : PoolResult;

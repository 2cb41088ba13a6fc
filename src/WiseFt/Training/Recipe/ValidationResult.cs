namespace WiseFt;

/// <summary>What the model in training gives on validation images after an epoch.</summary>
/// <param name="Accuracy">Top-1 accuracy, in [0, 1].</param>
/// <param name="Loss">Mean cross-entropy, in nats.</param>
/// <param name="Count">Number of images, at least 1.</param>
public sealed record ValidationResult(double Accuracy, double Loss, int Count);

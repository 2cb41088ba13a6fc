namespace WiseFt.Evaluation;

/// <summary>How far the zero-shot and the fine-tuned model are apart on one test set: what needs all their logits and features.</summary>
/// <param name="MeanKullbackLeibler">Mean over the images of KL(zero-shot || fine-tuned) of the softmax probabilities, in nats; at least 0.</param>
/// <param name="CkaComplement">
/// <see cref="Diversity.CkaComplement"/> of the image encoders' features, in [0, 1]; null where the features do not vary.
/// </param>
/// <remarks>WiSE-FT (arXiv 2109.01903), appendix E; features of at most 10 000 images, as there.</remarks>
public sealed record EndPointDivergence(double MeanKullbackLeibler, double? CkaComplement);

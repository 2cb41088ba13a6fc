using System.Collections.Immutable;

namespace WiseFt;

/// <summary>What one model said about every image of a test set.</summary>
/// <param name="Classes">Index of the most probable class of each image.</param>
/// <param name="Confidences">Its probability, in [0, 1].</param>
public sealed record Predictions(ImmutableArray<int> Classes, ImmutableArray<float> Confidences);

using System.Collections.Immutable;

namespace WiseFt.Evaluation;

/// <summary>What one model said about every image of a test set.</summary>
/// <param name="Classes">Index of the most probable class of each image.</param>
/// <param name="Confidences">Its probability, in [0, 1].</param>
/// <param name="Margins">Its logit less the second most probable class's, at least 0; 0 where there is one class only.</param>
/// <param name="LabelProbabilities">Probability of the image's true class, in [0, 1].</param>
public sealed record Predictions(
    ImmutableArray<int> Classes, ImmutableArray<float> Confidences, ImmutableArray<float> Margins, ImmutableArray<float> LabelProbabilities);

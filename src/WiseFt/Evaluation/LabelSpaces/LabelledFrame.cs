using System.Collections.Immutable;

namespace WiseFt.Evaluation;

/// <summary>A video frame and the labels that are right for it.</summary>
/// <param name="Image">The image's path below the shift's folder, with forward slashes.</param>
/// <param name="Labels">Names of the labels, at least one: a prediction is right if it is one of them.</param>
public sealed record LabelledFrame(string Image, ImmutableArray<string> Labels);

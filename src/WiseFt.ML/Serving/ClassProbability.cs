namespace WiseFt.ML;

/// <summary>A class and how probable it is.</summary>
/// <param name="Label">The class's name.</param>
/// <param name="Probability">In [0, 1]; over all classes they sum to 1.</param>
public sealed record ClassProbability(string Label, float Probability);

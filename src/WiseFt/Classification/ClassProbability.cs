namespace WiseFt;

/// <summary>How probable a class is for an image.</summary>
/// <param name="Label">The class's name.</param>
/// <param name="Probability">In [0, 1]; those of all classes sum to 1 where the model's family has softmax.</param>
public sealed record ClassProbability(string Label, float Probability);

namespace WiseFt.Evaluation;

/// <summary>A mixing coefficient picked from validation results.</summary>
/// <param name="Alpha">The coefficient, in [0, 1].</param>
/// <param name="Score">What it was picked for: the accuracy, or the worst group's, in [0, 1].</param>
/// <param name="Index">Its place among the alphas given, from 0.</param>
public sealed record AlphaChoice(double Alpha, double Score, int Index);

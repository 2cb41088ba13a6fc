namespace WiseFt.Evaluation;

/// <summary>One class's counts and scores.</summary>
/// <param name="Class">Class index, from 0.</param>
/// <param name="Count">Samples with this label.</param>
/// <param name="Predicted">Samples with this prediction.</param>
/// <param name="Correct">Samples with this label and this prediction.</param>
public sealed record ClassMetrics(int Class, int Count, int Predicted, int Correct)
{
    /// <summary>Whether any label is this class; macro averages leave the others out.</summary>
    public bool IsPresent => Count > 0;

    /// <summary>Per-class accuracy: <see cref="Correct"/> / <see cref="Count"/>, in [0, 1]; 0 if the class has no sample.</summary>
    public double Recall => Ratio(Correct, Count);

    /// <summary><see cref="Correct"/> / <see cref="Predicted"/>, in [0, 1]; 0 if the class is never predicted.</summary>
    public double Precision => Ratio(Correct, Predicted);

    /// <summary>
    /// Harmonic mean of precision and recall, 2 correct / (count + predicted), in [0, 1]; 0 if the class occurs in neither.
    /// </summary>
    public double F1 => Ratio(2.0 * Correct, (double)Count + Predicted);

    private static double Ratio(double part, double whole) => whole == 0 ? 0 : part / whole;
}

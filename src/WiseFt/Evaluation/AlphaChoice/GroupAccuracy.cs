namespace WiseFt.Evaluation;

/// <summary>The accuracy on one group of samples, such as a region or a camera.</summary>
/// <param name="Group">The group's number.</param>
/// <param name="Count">Samples in the group, at least 1.</param>
/// <param name="Correct">Samples whose prediction is their label.</param>
public sealed record GroupAccuracy(int Group, int Count, int Correct)
{
    /// <summary><see cref="Correct"/> / <see cref="Count"/>, in [0, 1].</summary>
    public double Accuracy => (double)Correct / Count;

    /// <summary>The accuracy's exact (Clopper-Pearson) interval: small groups have wide ones.</summary>
    /// <param name="level">Confidence level in (0, 1). Default 0.95.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level or a count lies outside its range.</exception>
    public ConfidenceInterval Interval(double level = 0.95) => ConfidenceInterval.ClopperPearson(Correct, Count, level);
}

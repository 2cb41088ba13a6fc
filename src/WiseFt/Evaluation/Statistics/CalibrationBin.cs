namespace WiseFt.Evaluation;

/// <summary>
/// One bar of a reliability diagram: the samples whose confidence lies in (<paramref name="Lower"/>, <paramref name="Upper"/>].
/// </summary>
/// <param name="Lower">Lower end, a probability, not included.</param>
/// <param name="Upper">Upper end, a probability, included.</param>
/// <param name="Count">Samples in the bin; may be 0, and then there is no bar to draw.</param>
/// <param name="Confidence">Mean confidence of the samples, in [0, 1]; 0 if there are none.</param>
/// <param name="Accuracy">Share of the samples that are right, in [0, 1]; 0 if there are none.</param>
public sealed record CalibrationBin(double Lower, double Upper, int Count, double Confidence, double Accuracy)
{
    /// <summary>|accuracy - confidence|, in [0, 1]; 0 for an empty bin.</summary>
    public double Gap => Math.Abs(Accuracy - Confidence);
}

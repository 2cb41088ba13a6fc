namespace WiseFt.Evaluation;

/// <summary>One model on one test set, class by class and confidence by confidence.</summary>
/// <param name="Alpha">The model's mixing coefficient, in [0, 1].</param>
/// <param name="Metrics">Accuracy, macro scores and per-class counts.</param>
/// <param name="Calibration">Calibration error, reliability bins, likelihood.</param>
/// <param name="WorstClass">The class of the lowest accuracy; of equal ones, the first.</param>
public sealed record ModelStatistics(double Alpha, ClassificationMetrics Metrics, Calibration Calibration, GroupAccuracy WorstClass)
{
    internal static ModelStatistics Measure(double alpha, Predictions predictions, EvaluatedSet set, int classCount)
    {
        ReadOnlySpan<int> classes = predictions.Classes.AsSpan(), labels = set.Labels.AsSpan();
        return new ModelStatistics(
            alpha,
            ClassificationMetrics.Measure(classes, labels, classCount),
            Calibration.Measure(predictions, labels),
            GroupedAccuracy.Measure(classes, labels, labels).Worst);
    }
}

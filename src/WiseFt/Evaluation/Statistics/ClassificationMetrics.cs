using System.Collections.Immutable;

namespace WiseFt.Evaluation;

/// <summary>Accuracy and macro scores of one set of predictions.</summary>
public sealed record ClassificationMetrics
{
    private ClassificationMetrics(ImmutableArray<ClassMetrics> classes)
    {
        var present = classes.Where(c => c.IsPresent).ToArray();
        Classes = classes;
        Count = classes.Sum(c => c.Count);
        Correct = classes.Sum(c => c.Correct);
        MacroRecall = present.Average(c => c.Recall);
        MacroF1 = present.Average(c => c.F1);
    }

    /// <summary>Every class in order, those without a sample too.</summary>
    public ImmutableArray<ClassMetrics> Classes { get; }

    /// <summary>Number of samples, at least 1.</summary>
    public int Count { get; }

    /// <summary>Number of samples whose prediction is their label.</summary>
    public int Correct { get; }

    /// <summary>Top-1 accuracy, <see cref="Correct"/> / <see cref="Count"/>, in [0, 1].</summary>
    public double Accuracy => (double)Correct / Count;

    /// <summary>Mean recall (per-class accuracy) over the classes that occur in the labels, in [0, 1].</summary>
    public double MacroRecall { get; }

    /// <summary>Mean F1 over the classes that occur in the labels, in [0, 1]: what WILDS reports for iWildCam.</summary>
    public double MacroF1 { get; }

    /// <summary>Counts predictions against labels.</summary>
    /// <param name="predictions">Predicted classes, int32 (N), each in [0, <paramref name="classCount"/>).</param>
    /// <param name="labels">True classes, int32 (N), each in [0, <paramref name="classCount"/>).</param>
    /// <param name="classCount">Number of classes K, at least 1.</param>
    /// <exception cref="ArgumentException">No samples, different lengths, or a class out of range.</exception>
    /// <remarks>
    /// Macro scores follow WILDS (wilds/common/metrics/all_metrics.py: scikit-learn's macro average over the unique labels, zero division
    /// 0): classes without a sample are left out, and a prediction of such a class only costs the true class its recall.
    /// </remarks>
    public static ClassificationMetrics Measure(ReadOnlySpan<int> predictions, ReadOnlySpan<int> labels, int classCount)
    {
        Check.AtLeast(classCount, 1);
        SampleCheck.NotEmpty(labels.Length, nameof(labels));
        SampleCheck.SameLength(predictions.Length, nameof(predictions), labels.Length, nameof(labels));
        SampleCheck.Classes(predictions, classCount);
        SampleCheck.Classes(labels, classCount);
        int[] count = new int[classCount], predicted = new int[classCount], correct = new int[classCount];
        for (int i = 0; i < labels.Length; i++)
        {
            count[labels[i]]++;
            predicted[predictions[i]]++;
            if (predictions[i] == labels[i]) correct[labels[i]]++;
        }
        return new ClassificationMetrics(
            [.. Enumerable.Range(0, classCount).Select(c => new ClassMetrics(c, count[c], predicted[c], correct[c]))]);
    }

    /// <summary>The accuracy's exact (Clopper-Pearson) interval.</summary>
    /// <param name="level">Confidence level in (0, 1). Default 0.95, the paper's.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level lies outside its range.</exception>
    public ConfidenceInterval Interval(double level = 0.95) => ConfidenceInterval.ClopperPearson(Correct, Count, level);
}

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

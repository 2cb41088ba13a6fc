using System.Collections.Immutable;

namespace WiseFt.Evaluation;

/// <summary>How the mixture at one alpha does on every test set.</summary>
public sealed record AlphaResult
{
    internal AlphaResult(double alpha, ImmutableArray<EvaluatedSet> sets, ImmutableArray<Predictions> predictions)
        : this(alpha, [.. sets.Select((set, s) => Accuracy(set.Labels, predictions[s].Classes))]) => Predictions = predictions;

    internal AlphaResult(double alpha, ImmutableArray<double> accuracies)
    {
        Alpha = Check.InRange(alpha, 0.0, 1.0);
        SampleCheck.Accuracies(accuracies);
        Accuracies = accuracies;
        AverageShifts = Accuracies.Length > 1 ? Accuracies.Skip(1).Average() : null;
        AverageReferenceAndShifts = AverageShifts is double shifts ? (Reference + shifts) / 2 : Reference;
    }

    /// <summary>Mixing coefficient, in [0, 1].</summary>
    public double Alpha { get; }

    /// <summary>Top-1 accuracy on the reference distribution, in [0, 1].</summary>
    public double Reference => Accuracies[0];

    /// <summary>Top-1 accuracy on each test set in the order of <see cref="RobustnessReport.Sets"/>, in [0, 1].</summary>
    public ImmutableArray<double> Accuracies { get; }

    /// <summary>Mean accuracy over the distribution shifts, each counting the same; null where there is none.</summary>
    public double? AverageShifts { get; }

    /// <summary>Mean of <see cref="Reference"/> and <see cref="AverageShifts"/>: the paper's "Avg ref., shifts".</summary>
    public double AverageReferenceAndShifts { get; }

    /// <summary>What the mixture said about every image, for each test set; empty where only accuracies are known.</summary>
    public ImmutableArray<Predictions> Predictions { get; } = [];

    private static double Accuracy(ImmutableArray<int> labels, ImmutableArray<int> classes)
    {
        SampleCheck.SameLength(classes.Length, nameof(classes), labels.Length, nameof(labels));
        int correct = 0;
        for (int i = 0; i < labels.Length; i++)
            if (classes[i] == labels[i]) correct++;
        return (double)correct / labels.Length;
    }
}

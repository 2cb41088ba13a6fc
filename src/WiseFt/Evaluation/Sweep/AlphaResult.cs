using System.Collections.Immutable;

namespace WiseFt.Evaluation;

/// <summary>How the mixture at one alpha does on every test set.</summary>
public sealed record AlphaResult
{
    internal AlphaResult(double alpha, ImmutableArray<EvaluatedSet> sets, ImmutableArray<Predictions> predictions)
        : this(alpha, [.. sets.Select((set, s) => Accuracy(set.Labels, predictions[s].Classes))]) => Predictions = predictions;

    internal AlphaResult(double alpha, ImmutableArray<double> accuracies)
    {
        Alpha = MixingCoefficient.Checked(alpha);
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

/// <summary>An output-space ensemble at every alpha of a sweep: both models run on each image, twice the cost of one.</summary>
/// <param name="Kind">What is averaged.</param>
/// <param name="Results">A row an alpha, ascending.</param>
/// <remarks>WiSE-FT (arXiv 2109.01903), section 4 and appendix C.3: the baseline that the weight-space ensemble is compared with. For a
/// fine-tuned linear classifier the ensemble of logits is the weight-space ensemble.</remarks>
public sealed record EnsembleCurve(OutputEnsemble Kind, ImmutableArray<AlphaResult> Results);

/// <summary>What an output-space ensemble averages.</summary>
public enum OutputEnsemble
{
    /// <summary>(1 - alpha) * zero-shot logits + alpha * fine-tuned logits.</summary>
    Logits,

    /// <summary>(1 - alpha) * zero-shot probabilities + alpha * fine-tuned probabilities.</summary>
    Probabilities,
}

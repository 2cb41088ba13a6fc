using System.Collections.Immutable;

namespace WiseFt;

/// <summary>How the mixture at one alpha does on every test set.</summary>
public sealed record AlphaResult
{
    internal AlphaResult(double alpha, ImmutableArray<EvaluatedSet> sets, ImmutableArray<Predictions> predictions)
    {
        Alpha = alpha;
        Predictions = predictions;
        Accuracies = [.. sets.Select((set, s) => (double)set.Labels.Where((label, i) => predictions[s].Classes[i] == label).Count() / set.Count)];
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

    /// <summary>What the mixture said about every image, for each test set.</summary>
    public ImmutableArray<Predictions> Predictions { get; }
}

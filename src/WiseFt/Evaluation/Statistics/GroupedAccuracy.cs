using System.Collections.Immutable;

namespace WiseFt.Evaluation;

/// <summary>Accuracy by group, and the worst group's: what WILDS reports for FMoW's regions.</summary>
public sealed record GroupedAccuracy
{
    private GroupedAccuracy(ImmutableArray<GroupAccuracy> groups)
    {
        Groups = groups;
        Worst = groups.MinBy(g => g.Accuracy)!;
    }

    /// <summary>The groups that have samples and are not ignored, by ascending number; at least one.</summary>
    public ImmutableArray<GroupAccuracy> Groups { get; }

    /// <summary>The group of the lowest accuracy; of equal ones, that with the lowest number.</summary>
    public GroupAccuracy Worst { get; }

    /// <summary>Counts predictions against labels, group by group.</summary>
    /// <param name="predictions">Predicted classes, int32 (N).</param>
    /// <param name="labels">True classes, int32 (N).</param>
    /// <param name="groups">Each sample's group, int32 (N): any numbers.</param>
    /// <param name="ignored">Groups to leave out, such as FMoW's region "Other".</param>
    /// <exception cref="ArgumentException">No samples, different lengths, or every group ignored.</exception>
    /// <remarks>WILDS, wilds/datasets/fmow_dataset.py: the minimum over regions that have samples, without "Other".</remarks>
    public static GroupedAccuracy Measure(
        ReadOnlySpan<int> predictions, ReadOnlySpan<int> labels, ReadOnlySpan<int> groups, params ReadOnlySpan<int> ignored)
    {
        SampleCheck.NotEmpty(labels.Length, nameof(labels));
        SampleCheck.SameLength(predictions.Length, nameof(predictions), labels.Length, nameof(labels));
        SampleCheck.SameLength(groups.Length, nameof(groups), labels.Length, nameof(labels));
        var counts = new SortedDictionary<int, (int Count, int Correct)>();
        for (int i = 0; i < labels.Length; i++)
        {
            if (ignored.Contains(groups[i])) continue;
            var (count, correct) = counts.GetValueOrDefault(groups[i]);
            counts[groups[i]] = (count + 1, correct + (predictions[i] == labels[i] ? 1 : 0));
        }
        if (counts.Count == 0)
        {
            throw new ArgumentException(
                $"All {labels.Length} samples are in ignored groups; at least one group must count.", nameof(ignored));
        }
        return new GroupedAccuracy([.. counts.Select(g => new GroupAccuracy(g.Key, g.Value.Count, g.Value.Correct))]);
    }
}

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

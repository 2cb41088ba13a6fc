using WiseFt.Evaluation;

namespace WiseFt;

/// <summary>Another way of merging, which a report shows beside its own.</summary>
/// <param name="Name">What tables and figures call it.</param>
/// <param name="Report">Its sweep over the same test sets, from the same base.</param>
/// <param name="Alpha">The mixing coefficient that was decided on, in [0, 1]; the nearest that was tried counts.</param>
public sealed record ComparedMethod(string Name, RobustnessReport Report, double Alpha)
{
    /// <summary>What tables and figures call it.</summary>
    public string Name { get; init => field = Check.NotBlank(value); } = Check.NotBlank(Name);

    /// <summary>Its sweep over the same test sets, from the same base.</summary>
    public RobustnessReport Report { get; init => field = value ?? throw new ArgumentNullException(nameof(Report)); } =
        Report ?? throw new ArgumentNullException(nameof(Report));

    /// <summary>The mixing coefficient that was decided on, in [0, 1].</summary>
    public double Alpha { get; init => field = MixingCoefficient.Checked(value); } = MixingCoefficient.Checked(Alpha);

    /// <summary>The row of the nearest alpha that was tried.</summary>
    internal AlphaResult Decided => Report.Results.MinBy(r => Math.Abs(r.Alpha - Alpha))!;

    /// <summary>The row of the best average of reference and shifts: chosen on the test sets, an upper bound.</summary>
    internal AlphaResult Best => Report.Results.MaxBy(r => r.AverageReferenceAndShifts)!;

    /// <summary>The same, its test sets in another report's order.</summary>
    /// <exception cref="ArgumentException">It lacks one of them, or has another number of images in one.</exception>
    internal ComparedMethod On(RobustnessReport other)
    {
        int[] places = [.. other.Sets.Select((set, s) => Place(set, s))];
        return this with
        {
            Report = Report with
            {
                Sets = other.Sets,
                Results = [.. Report.Results.Select(r => new AlphaResult(r.Alpha, [.. places.Select(p => r.Accuracies[p])]))],
            },
        };
    }

    // The reference is the first whatever it is called.
    private int Place(EvaluatedSet set, int place)
    {
        int found = place == 0 ? 0 : Report.Sets.IndexOf(Report.Sets.FirstOrDefault(s => s.Name == set.Name)!);
        if (found < 0)
            throw new ArgumentException(
                $"'{Name}' was not evaluated on {set.Name}; it has {string.Join(", ", Report.Sets.Select(s => s.Name))}. " +
                "Expected the same test sets.");
        if (set.Count > 0 && Report.Sets[found].Count > 0 && set.Count != Report.Sets[found].Count)
            throw new ArgumentException(
                $"'{Name}' was evaluated on {Report.Sets[found].Count} images of {set.Name}, and here there are {set.Count}. " +
                "Expected the same test sets.");
        return found;
    }
}

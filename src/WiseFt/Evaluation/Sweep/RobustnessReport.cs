using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using WiseFt.Evaluation;
using static WiseFt.Evaluation.AccuracyText;

namespace WiseFt;

/// <summary>Accuracy of mixtures on the reference distribution and under distribution shift:
/// the paper's table for anybody's data.</summary>
public sealed record RobustnessReport
{
    /// <summary>What the reference distribution's test set is called.</summary>
    public const string ReferenceName = "reference";

    /// <summary>The test sets; the first is the reference distribution's.</summary>
    public required ImmutableArray<EvaluatedSet> Sets { get; init; }

    /// <summary>Names of the model's classes, in label order. A test set
    /// with other classes has its own: <see cref="EvaluatedSet.ClassNames"/>.</summary>
    public required ImmutableArray<string> ClassNames { get; init; }

    /// <summary>A row an alpha, ascending.</summary>
    public required ImmutableArray<AlphaResult> Results { get; init; }

    /// <summary>How far the end points are apart on each test set; empty unless the sweep tried alpha 0 and 1.</summary>
    public ImmutableArray<EndPointDivergence> Divergences { get; init; } = [];

    /// <summary>The output-space ensembles of the end points, where the sweep was asked for them.</summary>
    public ImmutableArray<EnsembleCurve> OutputEnsembles { get; init; } = [];

    /// <summary>The mixing coefficients, ascending.</summary>
    public ImmutableArray<double> Alphas => [.. Results.Select(r => r.Alpha)];

    /// <summary>Whether every image's prediction is known, not only the accuracies.</summary>
    public bool HasPredictions => Results.All(r => r.Predictions.Length == Sets.Length);

    /// <summary>Accuracy on one test set at each alpha.</summary>
    /// <param name="set">The place of the test set in <see cref="Sets"/>.</param>
    public ImmutableArray<double> Accuracies(int set) => [.. Results.Select(r => r.Accuracies[set])];

    /// <summary>The row of an alpha.</summary>
    /// <exception cref="KeyNotFoundException">The sweep did not try it.</exception>
    public AlphaResult At(double alpha) => Find(alpha) ?? throw new KeyNotFoundException(string.Create(
        CultureInfo.InvariantCulture, $"The report has no alpha {alpha}; " +
            $"it has {string.Join(", ", Results.Select(r => r.Alpha.ToString(CultureInfo.InvariantCulture)))}."));

    /// <summary>The classes that a test set's labels and predictions count.</summary>
    internal ImmutableArray<string> ClassNamesOf(int set) => Sets[set].ClassNames.IsEmpty ? ClassNames : Sets[set].ClassNames;

    /// <summary>The same report, its reference distribution called otherwise; itself if the name is null.</summary>
    /// <exception cref="ArgumentException">It is a shift's name.</exception>
    internal RobustnessReport WithReferenceName(string? name)
    {
        if (name is null || name == Sets[0].Name) return this;
        if (Sets.Skip(1).Any(s => s.Name == name))
            throw new ArgumentException(
                $"The reference distribution is to be called '{name}', which is the name of a shift. Choose another.", nameof(name));
        return this with { Sets = [Sets[0] with { Name = name }, .. Sets.Skip(1)] };
    }

    /// <summary>The row of an alpha, or null.</summary>
    internal AlphaResult? Find(double alpha) => Results.FirstOrDefault(r => Math.Abs(r.Alpha - alpha) < 1e-9);

    /// <summary>The table as text, accuracies in percent. What to conclude from it says <c>Verdict.Measure</c>.</summary>
    public override string ToString()
    {
        string[] header = ["alpha", .. Sets.Select(s => s.Name), .. Sets.Length > 1 ? (string[])["avg shifts", "avg ref+shifts"] : []];
        string[][] rows = [header, .. Results.Select(Row)];
        int[] widths = [.. header.Select((_, column) => rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        foreach (string[] row in rows)
            text.AppendJoin("  ", row.Select((cell, column) => cell.PadLeft(widths[column]))).Append('\n');
        return text.ToString().TrimEnd();
    }

    private static string[] Row(AlphaResult result) =>
    [
        Alpha(result.Alpha),
        .. result.Accuracies.Select(Percent),
        .. result.AverageShifts is double shifts ? (string[])[Percent(shifts), Percent(result.AverageReferenceAndShifts)] : [],
    ];
}

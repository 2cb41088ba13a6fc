using System.Collections.Immutable;
using WiseFt.Evaluation;

namespace WiseFt;

/// <summary>How a robustness report is written. Immutable; vary with <c>with</c>.</summary>
public sealed record ReportOptions
{
    /// <summary>The heading of the pages. Default "Robustness report".</summary>
    public string Title { get; init => field = Check.NotBlank(value); } = "Robustness report";

    /// <summary>The mixing coefficient that was decided on before the test sets were looked at.</summary>
    /// <value>In [0, 1]; the nearest that was tried counts. Default 0.5: the paper's choice when no target data can be used to choose.
    /// The verdict keeps it unless another one is better beyond chance (<see cref="Verdict"/>).</value>
    public double Alpha { get; init => field = MixingCoefficient.Checked(value); } = MixingCoefficient.Default;

    /// <summary>Whether <see cref="Alpha"/> was picked on the reference images of the report itself: the verdict's intervals allow for it
    /// then. Default false.</summary>
    public bool IsAlphaChosenHere { get; init; }

    /// <summary>What tables, figures and <c>results.jsonl</c> call the reference distribution;
    /// null keeps the report's own name, "reference".</summary>
    /// <value>"ImageNet" makes the file one that the reference implementation's src/scatter_plot.py plots as it is.</value>
    public string? ReferenceName { get; init => field = value is null ? null : Check.NotBlank(value); }

    /// <summary>The baseline of effective robustness for shifts by name. Default none.</summary>
    public IReadOnlyDictionary<string, BaselineFit> Baselines
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(value));
    } = ImmutableDictionary<string, BaselineFit>.Empty;

    /// <summary>What the run was made with (model, learning rate, …): fields of every row of <c>results.jsonl</c>. Default none.</summary>
    public IReadOnlyDictionary<string, string> Arguments
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(value));
    } = ImmutableDictionary<string, string>.Empty;

    /// <summary>What a reader has to know of how the results came about (model, command line, seed, hardware, precision, …), by name in
    /// the order in which the pages show it. Default none.</summary>
    /// <value>Only the pages show it. They add by themselves <see cref="Arguments"/>, the test sets with images and classes, the date, this
    /// library's version and the machine that wrote them; a name that is here already keeps its text.</value>
    public IReadOnlyList<KeyValuePair<string, string>> Provenance
    {
        get;
        init => field = value is null ? throw new ArgumentNullException(nameof(value)) : [.. value];
    } = [];

    /// <summary>The clock that dates pages and results. Default the system's; another one makes pages that can be compared.</summary>
    public TimeProvider Clock { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = TimeProvider.System;

    /// <summary>The axes of the figures of shift against reference; null (the default) for percentages at equal distances.</summary>
    /// <value>Logit is the paper's: models trained alike lie on a straight line there.
    /// Accuracies of 0 and 1 are drawn at 0.1 % and 99.9 %.</value>
    public AccuracyScale? Axes { get; init => field = value is AccuracyScale scale ? Check.Defined(scale) : null; }

    /// <summary>What tables and figures call the report's own way of merging, where others stand beside it. Default "weight-space
    /// ensemble".</summary>
    public string MethodName { get; init => field = Check.NotBlank(value); } = "weight-space ensemble";

    /// <summary>Other ways of merging, evaluated on the same test sets: a curve each in the figures of shift against reference, two rows
    /// each in a table. Default none.</summary>
    public IReadOnlyList<ComparedMethod> Compared
    {
        get;
        init => field = value is null ? throw new ArgumentNullException(nameof(value)) : [.. value];
    } = [];

    /// <summary>How many images the page shows that the mixture gets right and an end point wrong, and how many that the mixture gets
    /// wrong; at most 500 of each. Default 24.</summary>
    public int ExampleImages { get; init => field = Check.InRange(value, 0, 500); } = 24;
}

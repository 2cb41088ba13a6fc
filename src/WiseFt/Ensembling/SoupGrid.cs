using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;

namespace WiseFt;

/// <summary>Values of fine-tuning's settings, to be combined with each other: the runs that a model soup is made of. Immutable; vary with
/// <c>with</c>.</summary>
/// <remarks>A setting without values stays what it is. Source: Wortsman et al., Model soups (arXiv 2203.05482), section 3.1, whose grids
/// vary learning rate, weight decay, epochs, label smoothing and seed.</remarks>
public sealed record SoupGrid
{
    private static readonly Axis<double> _learningRates = new(
        "lr", g => g.LearningRates, (g, values) => g with { LearningRates = values }, (o, rate) => o with { LearningRate = rate });

    private static readonly Axis<int> _epochs = new(
        "epochs", g => g.Epochs, (g, values) => g with { Epochs = values }, (o, epochs) => o with { Epochs = epochs });

    private static readonly Axis<int> _batchSizes = new(
        "batch-size", g => g.BatchSizes, (g, values) => g with { BatchSizes = values }, (o, size) => o with { BatchSize = size });

    private static readonly Axis<double> _weightDecays = new(
        "weight-decay", g => g.WeightDecays, (g, values) => g with { WeightDecays = values }, (o, decay) => o with { WeightDecay = decay });

    private static readonly Axis<double> _labelSmoothings = new(
        "label-smoothing", g => g.LabelSmoothings, (g, values) => g with { LabelSmoothings = values },
        (o, share) => o with { LabelSmoothing = share });

    private static readonly Axis<int> _seeds = new(
        "seed", g => g.Seeds, (g, values) => g with { Seeds = values }, (o, seed) => o with { Seed = seed });

    // The last varies fastest.
    private static readonly IAxis[] _axes = [_learningRates, _epochs, _batchSizes, _weightDecays, _labelSmoothings, _seeds];

    /// <summary>Values of <see cref="FineTuningOptions.LearningRate"/>, each once. Default none.</summary>
    public ImmutableArray<double> LearningRates { get; init => field = _learningRates.Checked(value); } = [];

    /// <summary>Values of <see cref="FineTuningOptions.Epochs"/>, each once. Default none.</summary>
    public ImmutableArray<int> Epochs { get; init => field = _epochs.Checked(value); } = [];

    /// <summary>Values of <see cref="FineTuningOptions.BatchSize"/>, each once. Default none.</summary>
    public ImmutableArray<int> BatchSizes { get; init => field = _batchSizes.Checked(value); } = [];

    /// <summary>Values of <see cref="FineTuningOptions.WeightDecay"/>, each once. Default none.</summary>
    public ImmutableArray<double> WeightDecays { get; init => field = _weightDecays.Checked(value); } = [];

    /// <summary>Values of <see cref="FineTuningOptions.LabelSmoothing"/>, each once. Default none.</summary>
    public ImmutableArray<double> LabelSmoothings { get; init => field = _labelSmoothings.Checked(value); } = [];

    /// <summary>Values of <see cref="FineTuningOptions.Seed"/>, each once. Default none.</summary>
    public ImmutableArray<int> Seeds { get; init => field = _seeds.Checked(value); } = [];

    /// <summary>How many runs it has: the product of the numbers of values, at least 1.</summary>
    public int Count => Expand(new FineTuningOptions()).Length;

    /// <summary>The names that <see cref="Parse"/> knows.</summary>
    internal static IReadOnlyList<string> Names { get; } = [.. _axes.Select(axis => axis.Name)];

    /// <summary>Reads a grid of texts such as <c>lr=1e-5,3e-5</c> and <c>epochs=5,10</c>.</summary>
    /// <param name="settings">A text a setting: its name (lr, epochs, batch-size, weight-decay, label-smoothing or seed), an equals sign,
    /// and values with commas between.</param>
    /// <exception cref="FormatException">A text is malformed, names no setting or one that is there already, or a value is refused.
    /// </exception>
    public static SoupGrid Parse(params IEnumerable<string> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var grid = new SoupGrid();
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (string setting in settings)
        {
            string[] parts = setting.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length < 2 || Array.Find(_axes, a => a.Name == parts[0]) is not { } axis)
                throw new FormatException(
                    $"The grid has '{setting}'; expected NAME=VALUE,VALUE with one of the names {string.Join(", ", Names)}, " +
                    "such as lr=1e-5,3e-5.");
            if (!given.Add(axis.Name)) throw new FormatException($"The grid names {axis.Name} twice; expected all its values in one list.");
            grid = axis.Read(grid, parts[1]);
        }
        return grid;
    }

    /// <summary>The settings of every run, in order: all combinations, the seed varying fastest and the learning rate slowest.</summary>
    /// <param name="rest">What all runs have in common: every setting that has no values here.</param>
    public ImmutableArray<FineTuningOptions> Expand(FineTuningOptions rest)
    {
        ArgumentNullException.ThrowIfNull(rest);
        IEnumerable<FineTuningOptions> runs = [rest];
        foreach (IAxis axis in _axes) runs = runs.SelectMany(options => axis.Vary(this, options));
        return [.. runs];
    }

    private interface IAxis
    {
        string Name { get; }

        SoupGrid Read(SoupGrid grid, string values);

        IEnumerable<FineTuningOptions> Vary(SoupGrid grid, FineTuningOptions options);
    }

    private sealed record Axis<T>(
        string Name, Func<SoupGrid, ImmutableArray<T>> Get, Func<SoupGrid, ImmutableArray<T>, SoupGrid> With,
        Func<FineTuningOptions, T, FineTuningOptions> Apply) : IAxis
        where T : struct, INumber<T>
    {
        public ImmutableArray<T> Checked(ImmutableArray<T> values)
        {
            if (values.IsDefaultOrEmpty) return [];
            foreach (T value in values) Apply(new FineTuningOptions(), value); // which refuses what is out of range
            if (values.Distinct().Count() < values.Length)
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture, $"{Name} has the values {string.Join(", ", values)}; expected each once: two runs ") +
                    "of the same settings give the same model.");
            return values;
        }

        public SoupGrid Read(SoupGrid grid, string values)
        {
            try
            {
                return With(grid, [.. values.Split(',').Select(v => T.Parse(v, NumberStyles.Float, CultureInfo.InvariantCulture))]);
            }
            catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
            {
                string why = e is FormatException ? "expected numbers with commas between" : e.Message;
                throw new FormatException($"The grid has '{Name}={values}': {why.TrimEnd('.')}.", e);
            }
        }

        public IEnumerable<FineTuningOptions> Vary(SoupGrid grid, FineTuningOptions options) =>
            Get(grid) is { IsEmpty: false } values ? values.Select(value => Apply(options, value)) : [options];
    }
}

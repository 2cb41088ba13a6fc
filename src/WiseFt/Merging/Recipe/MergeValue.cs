using System.Collections.Immutable;

namespace WiseFt;

/// <summary>A number of a recipe: one for all tensors, a curve over the model's depth, or by the tensors' names. Immutable.</summary>
/// <remarks>Written as mergekit's: a number, a list of numbers, or a list of <c>{filter, value}</c>.</remarks>
public sealed record MergeValue
{
    private readonly ImmutableArray<double> _curve;
    private readonly ImmutableArray<MergeValueRule> _rules;

    private MergeValue(ImmutableArray<double> curve, ImmutableArray<MergeValueRule> rules) => (_curve, _rules) = (curve, rules);

    /// <summary>The numbers: one, or at equal distances from the first block to the last. Empty where it goes by names.</summary>
    public ImmutableArray<double> Numbers => _curve;

    /// <summary>Which tensors have which value, the first that fits; empty unless it goes by names.</summary>
    public ImmutableArray<MergeValueRule> Rules => _rules;

    /// <summary>One number for all tensors.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is NaN or infinite.</exception>
    public static implicit operator MergeValue(double number) => OverDepth(number);

    /// <summary>A curve over the depth: the first number for what comes before the blocks and the first of them, the last for the last
    /// block and what comes after, the others between, linearly interpolated at block / (blocks - 1).</summary>
    /// <param name="numbers">At least one, all finite.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">One is NaN or infinite.</exception>
    public static MergeValue OverDepth(params IReadOnlyList<double> numbers)
    {
        foreach (double number in Check.NotEmpty(numbers)) Check.InRange(number, double.MinValue, double.MaxValue);
        return new MergeValue([.. numbers], []);
    }

    /// <summary>By the tensors' names.</summary>
    /// <param name="rules">At least one; for each tensor the first that fits counts. Their values do not go by names again.</param>
    /// <exception cref="ArgumentException">There is none, or the value of one goes by names.</exception>
    public static MergeValue ByName(params IReadOnlyList<MergeValueRule> rules)
    {
        foreach (MergeValueRule rule in Check.NotEmpty(rules))
            if (!rule.Value.Rules.IsEmpty)
                throw Check.Refuse(
                    nameof(rules), nameof(rules), $"the rules for '{rule.Filter}' in a rule", "a number or a curve over the depth in each");
        return new MergeValue([], [.. rules]);
    }

    /// <summary>The number of a tensor; null where no rule fits it.</summary>
    /// <param name="tensor">Its name.</param>
    /// <param name="depth">Where it is in the model, in [0, 1].</param>
    internal double? At(string tensor, double depth)
    {
        if (!_rules.IsEmpty) return _rules.FirstOrDefault(rule => rule.Fits(tensor))?.Value.At(tensor, depth);
        double place = depth * (_curve.Length - 1);
        int before = Math.Min((int)place, Math.Max(_curve.Length - 2, 0));
        double rest = place - before;
        return rest == 0 ? _curve[before] : (1 - rest) * _curve[before] + rest * _curve[before + 1];
    }

    /// <summary>Every number in it.</summary>
    internal IEnumerable<double> All => _rules.IsEmpty ? _curve : _rules.SelectMany(rule => rule.Value.All);

    /// <inheritdoc/>
    public bool Equals(MergeValue? other) =>
        other is not null && _curve.AsSpan().SequenceEqual(other._curve.AsSpan()) && _rules.SequenceEqual(other._rules);

    /// <inheritdoc/>
    public override int GetHashCode() => All.Aggregate(_rules.Length, HashCode.Combine);
}

/// <summary>The value of the tensors whose names contain a text.</summary>
/// <param name="Filter">The text; null or <c>*</c> for all tensors.</param>
/// <param name="Value">Their value.</param>
public sealed record MergeValueRule(string? Filter, MergeValue Value)
{
    /// <summary>Whether a tensor is meant.</summary>
    internal bool Fits(string tensor) => Filter is null or "*" || tensor.Contains(Filter, StringComparison.Ordinal);
}

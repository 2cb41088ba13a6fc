namespace WiseFt.Benchmarks;

/// <summary>Two quantities that were measured in turn, and their ratios.</summary>
/// <param name="Label">What A and B are, where a benchmark has several pairs.</param>
/// <param name="Unit">The unit of both.</param>
/// <param name="Pairs">A and B of each repetition.</param>
/// <param name="ByProcessorTime">The median ratio with processor time in place of time, which other programs on the machine disturb less;
/// null where it means nothing.</param>
internal sealed record Measurement(string Label, string Unit, IReadOnlyList<(double A, double B)> Pairs, double? ByProcessorTime = null)
{
    public double Ratio => Median(Pairs.Select(p => p.A / p.B));

    public double Lowest => Pairs.Min(p => p.A / p.B);

    public double Highest => Pairs.Max(p => p.A / p.B);

    public double A => Median(Pairs.Select(p => p.A));

    public double B => Median(Pairs.Select(p => p.B));

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

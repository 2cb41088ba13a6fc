namespace WiseFt.Benchmarks;

/// <summary>Where a ratio should be.</summary>
internal sealed record Target(double Bound, bool IsLeast)
{
    public static Target AtLeast(double bound) => new(bound, true);

    public static Target AtMost(double bound) => new(bound, false);

    public bool IsMet(double ratio) => IsLeast ? ratio >= Bound : ratio <= Bound;

    public override string ToString() => FormattableString.Invariant($"{(IsLeast ? ">=" : "<=")} {Bound:0.00}");
}

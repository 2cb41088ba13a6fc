using System.Globalization;

namespace WiseFt.Merging;

/// <summary>Which numbers a parameter may have.</summary>
/// <param name="Name">The parameter's key.</param>
/// <param name="Least">The least.</param>
/// <param name="Most">The greatest.</param>
internal sealed record MergeRange(string Name, double Least = double.MinValue, double Most = double.MaxValue)
{
    /// <summary>Slerp's place between the models.</summary>
    public static MergeRange T { get; } = new("t", 0, 1);

    /// <summary>The part of a task vector's entries that is kept.</summary>
    public static MergeRange Density { get; } = new("density", 0, 1);

    /// <summary>The part of the entries, the largest, that breadcrumbs drops.</summary>
    public static MergeRange Gamma { get; } = new("gamma", 0, 1);

    /// <summary>How far DELLA's probabilities go from the density.</summary>
    public static MergeRange Epsilon { get; } = new("epsilon", 0, 1);

    /// <summary>The part of the energy that MonoSoup's head has.</summary>
    public static MergeRange Energy { get; } = new("energy", 0, 1) { IsAboveLeast = true };

    /// <summary>What RegMean multiplies off-diagonal entries by.</summary>
    public static MergeRange Scale { get; } = new("scale", 0, 1);

    /// <summary>The least Fisher information.</summary>
    public static MergeRange Floor { get; } = new("floor", 0);

    /// <summary>WUDI's steps.</summary>
    public static MergeRange Iterations { get; } = new("iterations", 1, int.MaxValue);

    /// <summary>How many images are looked at.</summary>
    public static MergeRange Examples { get; } = new("examples", 1, int.MaxValue);

    /// <summary>What random numbers come from.</summary>
    public static MergeRange Seed { get; } = new("seed", int.MinValue, int.MaxValue);

    /// <summary>A mixing coefficient.</summary>
    public static MergeRange Alpha { get; } = new("alpha", 0, 1);

    /// <summary>Whether the least itself is left out.</summary>
    public bool IsAboveLeast { get; init; }

    /// <summary>The numbers, after "expected".</summary>
    public string Expected => (Least, Most) switch
    {
        (double.MinValue, _) => "a finite number",
        (int.MinValue, _) => "a whole number of 32 bits",
        (_, double.MaxValue) => string.Create(CultureInfo.InvariantCulture, $"a number of at least {Least}"),
        (_, int.MaxValue) => string.Create(CultureInfo.InvariantCulture, $"a whole number of at least {Least}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"a number in {(IsAboveLeast ? '(' : '[')}{Least}, {Most}]"),
    };

    /// <summary>Whether a number is one of them; NaN is none.</summary>
    public bool Contains(double number) => number <= Most && (IsAboveLeast ? number > Least : number >= Least);

    /// <summary>A value whose numbers are among them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is not.</exception>
    public MergeValue? Checked(MergeValue? value)
    {
        foreach (double number in value?.All ?? []) Require(number);
        return value;
    }

    /// <summary>A number that is one of them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public int? Checked(int? number)
    {
        if (number is { } given) Require(given);
        return number;
    }

    private void Require(double number)
    {
        if (!Contains(number)) throw Check.Refuse(Name, Name, number, Expected);
    }
}

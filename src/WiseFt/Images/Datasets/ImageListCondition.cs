using System.Globalization;

namespace WiseFt.Images;

/// <summary>A condition on a row of a list of images.</summary>
/// <param name="Column">The column.</param>
/// <param name="Relation">How its cell is compared.</param>
/// <param name="Value">With what.</param>
public sealed record ImageListCondition(string Column, ImageListRelation Relation, string Value)
{
    private static readonly (string Sign, ImageListRelation Relation)[] _signs =
        [
            ("!=", ImageListRelation.NotEqual), (">=", ImageListRelation.AtLeast), ("<", ImageListRelation.Below),
            ("=", ImageListRelation.Equal)];

    /// <summary>The column.</summary>
    public string Column { get; init => field = Check.NotBlank(value); } = Check.NotBlank(Column);

    /// <summary>How its cell is compared.</summary>
    public ImageListRelation Relation { get; init => field = Check.Defined(value); } = Check.Defined(Relation);

    /// <summary>With what; may be empty.</summary>
    public string Value { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = Value
        ?? throw new ArgumentNullException(nameof(Value));

    /// <summary>Reads <c>COLUMN=VALUE</c>, <c>COLUMN!=VALUE</c>, <c>COLUMN&gt;=VALUE</c> or <c>COLUMN&lt;VALUE</c>.</summary>
    /// <exception cref="FormatException">It has another form.</exception>
    public static ImageListCondition Parse(string text)
    {
        var found = _signs.Select(s => (s.Sign, s.Relation, Place: Check.NotBlank(text).IndexOf(s.Sign, StringComparison.Ordinal)))
            .Where(s => s.Place > 0).OrderBy(s => s.Place).ThenByDescending(s => s.Sign.Length).FirstOrDefault();
        return found.Sign is null
            ? throw new FormatException(
                $"The condition is '{text}'; expected COLUMN=VALUE, COLUMN!=VALUE, COLUMN>=VALUE or COLUMN<VALUE, for example split=test.")
            : new ImageListCondition(text[..found.Place], found.Relation, text[(found.Place + found.Sign.Length)..]);
    }

    /// <summary>The condition as <see cref="Parse"/> reads it.</summary>
    public override string ToString() => Column + _signs.First(s => s.Relation == Relation).Sign + Value;

    internal bool Holds(string cell) => Relation switch
    {
        ImageListRelation.Equal => ClassNameComparer.Instance.Equals(cell, Value),
        ImageListRelation.NotEqual => !ClassNameComparer.Instance.Equals(cell, Value),
        ImageListRelation.AtLeast => Compare(cell) >= 0,
        _ => Compare(cell) < 0,
    };

    private int Compare(string cell) =>
        Number(cell) is double a && Number(Value) is double b ? a.CompareTo(b) : string.CompareOrdinal(cell, Value);

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
            ? number
            : null;
}

/// <summary>What a cell of a list of images is compared with.</summary>
public enum ImageListRelation
{
    /// <summary>The same text.</summary>
    Equal,

    /// <summary>Another text.</summary>
    NotEqual,

    /// <summary>At least: as numbers where both are, else as text, which is right for dates as 2016-01-31.</summary>
    AtLeast,

    /// <summary>Below: as numbers where both are, else as text.</summary>
    Below,
}

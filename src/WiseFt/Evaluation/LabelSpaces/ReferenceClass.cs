using System.Globalization;

namespace WiseFt.Evaluation;

/// <summary>A class of the reference distribution, by name or, where names are not unique, by its number.</summary>
/// <remarks>OpenAI's ImageNet names, for one, have "missile" and "sunglasses" twice each.</remarks>
public sealed record ReferenceClass
{
    private ReferenceClass(string? name, int? index)
    {
        Name = name;
        Index = index;
    }

    /// <summary>The class's name, compared ordinally, or null.</summary>
    public string? Name { get; }

    /// <summary>The class's number from 0 in the order of the logits, or null.</summary>
    public int? Index { get; }

    /// <summary>The class of this name.</summary>
    /// <param name="name">Not blank.</param>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public static ReferenceClass Named(string name) => new(Check.NotBlank(name), null);

    /// <summary>The class at this place.</summary>
    /// <param name="index">Number from 0.</param>
    /// <exception cref="ArgumentException">The number is negative.</exception>
    public static ReferenceClass At(int index) => new(null, Check.AtLeast(index, 0));

    /// <summary>The name in quotes, or "class 3".</summary>
    public override string ToString() =>
        Name is not null ? $"'{Name}'" : string.Create(CultureInfo.InvariantCulture, $"class {Index}");
}

using System.Collections.Immutable;

namespace WiseFt.Images;

/// <summary>Which group each image of a set belongs to: its region, its camera, its year.</summary>
/// <remarks>A report gives the accuracy of each group and the worst one's (<c>GroupedAccuracy</c>), as WILDS does.</remarks>
public sealed record ImageGroups
{
    /// <summary>The place in <see cref="Indices"/> of an image that counts in no group.</summary>
    public const int None = -1;

    /// <summary>Groups by number.</summary>
    /// <param name="name">What the groups are, such as "region".</param>
    /// <param name="names">The groups' names, each once.</param>
    /// <param name="indices">One an image: a place in <paramref name="names"/>, or <see cref="None"/>.</param>
    /// <exception cref="ArgumentException">A name is blank or occurs twice, or an index is no group.</exception>
    public ImageGroups(string name, IReadOnlyList<string> names, IReadOnlyList<int> indices)
    {
        Name = Check.NotBlank(name);
        Names = [.. Check.NotEmpty(names)];
        Indices = [.. Check.NotEmpty(indices)];
        string? twice = Names.GroupBy(n => n, ClassNameComparer.Instance).FirstOrDefault(g => g.Skip(1).Any())?.Key;
        if (twice is not null)
            throw new ArgumentException($"The group '{twice}' of '{name}' occurs twice; group names must be distinct.", nameof(names));
        for (int i = 0; i < Indices.Length; i++)
            if (Indices[i] < None || Indices[i] >= Names.Length)
                throw new ArgumentException(
                    $"Image {i} is in group {Indices[i]} of '{name}'; expected 0 to {Names.Length - 1}, or {None} for none.",
                    nameof(indices));
    }

    /// <summary>What the groups are, such as "region".</summary>
    public string Name { get; }

    /// <summary>The groups' names.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>Each image's group: a place in <see cref="Names"/>, or <see cref="None"/>.</summary>
    public ImmutableArray<int> Indices { get; }

    /// <summary>Groups by name, in ordinal order, or by number where all names are whole numbers.</summary>
    /// <param name="name">What the groups are.</param>
    /// <param name="groups">One an image; null or empty for none.</param>
    /// <exception cref="ArgumentException">No image has a group.</exception>
    public static ImageGroups FromNames(string name, IReadOnlyList<string?> groups)
    {
        string[] names = LabelOrder.Sorted(Check.NotEmpty(groups).OfType<string>().Where(g => g.Length > 0));
        if (names.Length == 0)
            throw new ArgumentException(
                $"None of the {groups.Count} images has a group '{name}'; expected at least one that counts.", nameof(groups));
        var placeOf = names.Index().ToDictionary(n => n.Item, n => n.Index, ClassNameComparer.Instance);
        return new ImageGroups(name, names, [.. groups.Select(g => string.IsNullOrEmpty(g) ? None : placeOf[g])]);
    }

    /// <summary>The groups of some of the images.</summary>
    internal ImageGroups Of(IReadOnlyList<int> images) => new(Name, Names, [.. images.Select(i => Indices[i])]);
}

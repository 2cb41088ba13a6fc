using System.Collections.Immutable;

namespace WiseFt.Images;

/// <summary>A column of a list of images that says which group an image belongs to.</summary>
/// <param name="Name">What reports call the groups, such as "region".</param>
/// <param name="Column">The column.</param>
public sealed record ImageListGroup(string Name, string Column)
{
    /// <summary>What reports call the groups.</summary>
    public string Name { get; init => field = Check.NotBlank(value); } = Check.NotBlank(Name);

    /// <summary>The column. A blank cell is an image that counts in no group.</summary>
    public string Column { get; init => field = Check.NotBlank(value); } = Check.NotBlank(Column);

    /// <summary>A second file that says which group a cell stands for. Default null: the cell is the group.</summary>
    public ImageListLookup? Lookup { get; init; }

    /// <summary>Groups that do not count, such as FMoW's region "Other". Default none.</summary>
    public ImmutableArray<string> Ignored { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Reads <c>COLUMN</c>, <c>NAME:COLUMN</c> or <c>NAME:COLUMN@FILE:KEY:VALUE</c>, such as <c>region:country_code@country_code_mapping.csv:alpha-3:region</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="folder">Where the path of the second file starts from.</param>
    /// <exception cref="FormatException">It has another form.</exception>
    public static ImageListGroup Parse(string text, string folder = "")
    {
        string[] halves = Check.NotBlank(text).Split('@', 2), names = halves[0].Split(':');
        if (names.Length > 2 || names.Any(string.IsNullOrWhiteSpace)) throw Malformed(text);
        var group = new ImageListGroup(names[0], names[^1]);
        if (halves.Length == 1) return group;
        string[] lookup = halves[1].Split(':');
        if (lookup.Length < 3 || lookup.Any(string.IsNullOrWhiteSpace)) throw Malformed(text);
        return group with { Lookup = new ImageListLookup(System.IO.Path.Combine(folder, string.Join(':', lookup[..^2])), lookup[^2], lookup[^1]) };
    }

    private static FormatException Malformed(string text) =>
        new($"The group is '{text}'; expected COLUMN, NAME:COLUMN or NAME:COLUMN@FILE:KEY:VALUE, for example region:country_code@country_code_mapping.csv:alpha-3:region.");
}

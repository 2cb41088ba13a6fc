using System.Collections.Immutable;

namespace WiseFt.Images;

/// <summary>What the columns of a list of images mean. Immutable; vary with <c>with</c>.</summary>
public sealed record ImageListOptions
{
    /// <summary>The column of the images' paths, or a pattern with <c>{column}</c> for cells and <c>{row}</c> for the row's
    /// number from 0. Default "path".</summary>
    /// <value>"train/{filename}" for iWildCam, "images/rgb_img_{row}.png" for FMoW, whose metadata has no paths.</value>
    public string Path { get; init => field = Check.NotBlank(value); } = "path";

    /// <summary>The column of the class: a name, or a number. Default "label".</summary>
    public string Label { get; init => field = Check.NotBlank(value); } = "label";

    /// <summary>The groups by which accuracies are reported too, such as regions. Default none.</summary>
    public ImmutableArray<ImageListGroup> Groups { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The rows that count: those that meet every condition. Default all.</summary>
    public ImmutableArray<ImageListCondition> Where { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The folder that the paths start from. Default null: the list's own folder.</summary>
    public string? Root { get; init => field = value is null ? null : Check.NotBlank(value); }

    /// <summary>The classes in label order, such as a model's. Default null:
    /// the labels of all rows, in order of number where all are numbers, else ordinally.</summary>
    /// <value>Of all rows, not only of those that count, so that every split of one list has the same classes.</value>
    public IReadOnlyList<string>? ClassNames { get; init => field = value is null ? null : Check.NotEmpty(value); }
}

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

    /// <summary>Reads <c>COLUMN</c>, <c>NAME:COLUMN</c> or <c>NAME:COLUMN@FILE:KEY:VALUE</c>,
    /// such as <c>region:country_code@country_code_mapping.csv:alpha-3:region</c>.</summary>
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
        return group with
        {
            Lookup = new ImageListLookup(System.IO.Path.Combine(folder, string.Join(':', lookup[..^2])), lookup[^2], lookup[^1]),
        };
    }

    private static FormatException Malformed(string text) =>
        new(
            $"The group is '{text}'; expected COLUMN, NAME:COLUMN or NAME:COLUMN@FILE:KEY:VALUE, " +
            "for example region:country_code@country_code_mapping.csv:alpha-3:region.");
}

/// <summary>A file of comma-separated values that says what a cell stands for: a country's region, for instance.</summary>
/// <param name="Path">The file.</param>
/// <param name="Key">The column in which the cell is looked for. A cell that is not there is in no group.</param>
/// <param name="Value">The column of what it stands for.</param>
public sealed record ImageListLookup(string Path, string Key, string Value)
{
    /// <exception cref="ImageException">The file cannot be read, lacks a column, or says two things about one key.</exception>
    internal IReadOnlyDictionary<string, string> Read()
    {
        CsvTable table = CsvTable.Read(Path);
        int key = table.Column(Key, "the key"), value = table.Column(Value, "the group");
        var values = new Dictionary<string, string>(ClassNameComparer.Instance);
        foreach (CsvTable.Row row in table.Rows)
            if (!values.TryAdd(row.Cells[key], row.Cells[value]) && values[row.Cells[key]] != row.Cells[value])
                throw new ImageException(
                    $"{Path}, line {row.Line}: '{row.Cells[key]}' is '{row.Cells[value]}' here and '{values[row.Cells[key]]}' before. " +
                    $"Expected one {Value} for each {Key}.");
        return values;
    }
}

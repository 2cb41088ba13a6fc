using System.Text.RegularExpressions;

namespace WiseFt.Images;

/// <summary>Reads lists of images: comma-separated values with a header, a row an image, as WILDS's metadata are.</summary>
public static partial class ImageList
{
    // A single missing file is an image that cannot be read; so many are a wrong root.
    private const int Probed = 100;

    /// <summary>The images of a list, with their groups.</summary>
    /// <param name="path">A UTF-8 file of comma-separated values (RFC 4180) whose first line names the columns.</param>
    /// <param name="options">What the columns mean; null for the columns "path" and "label" and no groups.</param>
    /// <returns>Images in the order of the rows. None is opened yet.</returns>
    /// <exception cref="ImageException">
    /// The file cannot be read or is malformed; a column is not there; no row meets the conditions; a label is blank or no class; or the
    /// first images' files are not there.
    /// </exception>
    public static LabelledImages Read(string path, ImageListOptions? options = null)
    {
        options ??= new ImageListOptions();
        CsvTable table = CsvTable.Read(Check.NotBlank(path));
        int label = table.Column(options.Label, "the label");
        Func<int, string> imageOf = Paths(table, options);
        var conditions = options.Where.Select(c => (Condition: c, Column: table.Column(c.Column, $"the condition {c}"))).ToArray();
        int[] rows = [.. Enumerable.Range(0, table.Rows.Length)
            .Where(r => conditions.All(c => c.Condition.Holds(table.Rows[r].Cells[c.Column])))];
        if (rows.Length == 0) throw NoRows(table, options, conditions.Select(c => c.Column));
        IReadOnlyList<string> classNames = options.ClassNames
            ?? LabelOrder.Sorted(table.Rows.Select(r => r.Cells[label]).Where(c => c.Length > 0));
        if (!rows.Take(Probed).Any(r => File.Exists(imageOf(r))))
            throw new ImageException(
                $"{path}, line {table.Rows[rows[0]].Line}: there is no image " +
                $"{imageOf(rows[0])}{(rows.Length > 1 ? $", nor any of the next {Math.Min(rows.Length, Probed) - 1}" : "")}. " +
                $"Expected paths that start from {RootOf(path, options)}; " +
                $"set {nameof(ImageListOptions.Root)} or the pattern of {nameof(ImageListOptions.Path)} otherwise.");
        return new LabelledImages(
            classNames, [.. rows.Select(r => ImageSource.FromFile(imageOf(r)))], Labels(table, rows, label, options, classNames))
        {
            Groupings = [.. options.Groups.Select(g => Groups(table, rows, g))],
        };
    }

    private static string RootOf(string path, ImageListOptions options) => options.Root ?? Path.GetDirectoryName(Path.GetFullPath(path))!;

    private static Func<int, string> Paths(CsvTable table, ImageListOptions options)
    {
        string root = RootOf(table.Path, options),
        pattern = options.Path.Contains('{', StringComparison.Ordinal) ? options.Path : $"{{{options.Path}}}";
        var columnOf = Gap().Matches(pattern).Select(m => m.Groups[1].Value).Distinct(StringComparer.Ordinal)
            .Where(name => name != "row" || table.Header.Contains(name))
            .ToDictionary(name => name, name => table.Column(name, "the path"), StringComparer.Ordinal);
        return row => Path.Combine(root, Gap().Replace(pattern, gap => columnOf.TryGetValue(gap.Groups[1].Value, out int column)
            ? table.Rows[row].Cells[column] : FormattableString.Invariant($"{row}")));
    }

    private static int[] Labels(CsvTable table, int[] rows, int column, ImageListOptions options, IReadOnlyList<string> classNames)
    {
        foreach (CsvTable.Row row in rows.Select(r => table.Rows[r]).Where(r => r.Cells[column].Length == 0))
            throw new ImageException($"{table.Path}, line {row.Line}: the label (column '{options.Label}') is blank. Expected a class.");
        Dictionary<string, int> labelOf = LabelledImages.IndexOf(classNames);
        var labels = new int[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            CsvTable.Row row = table.Rows[rows[i]];
            if (!labelOf.TryGetValue(row.Cells[column], out labels[i]))
                throw new ImageException(
                    $"{table.Path}, line {row.Line}: the label '{row.Cells[column]}' is none of the {classNames.Count} classes: " +
                    $"{Listed.Classes([.. classNames])}. Correct it, or leave the row out by a condition.");
        }
        return labels;
    }

    private static ImageGroups Groups(CsvTable table, int[] rows, ImageListGroup group)
    {
        int column = table.Column(group.Column, $"the group '{group.Name}'");
        IReadOnlyDictionary<string, string>? lookup = group.Lookup?.Read();
        string?[] names = [.. rows.Select(r => table.Rows[r].Cells[column])
            .Select(cell => lookup is null ? cell : lookup.GetValueOrDefault(cell))
            .Select(name => name is null || group.Ignored.Contains(name, ClassNameComparer.Instance) ? null : name)];
        return names.All(string.IsNullOrEmpty)
            ? throw new ImageException(
                $"{table.Path}: none of the {rows.Length} images has a group '{group.Name}' (column " +
                $"'{group.Column}'{(group.Lookup is null ? "" : $", looked up in {group.Lookup.Path}")}). " +
                "Expected at least one that counts.")
            : ImageGroups.FromNames(group.Name, names);
    }

    private static ImageException NoRows(CsvTable table, ImageListOptions options, IEnumerable<int> columns)
    {
        string found = string.Join("; ", columns.Distinct().Select(c =>
            $"'{table.Header[c]}' has {Listed.Classes([.. table.Rows.Select(r => r.Cells[c]).Distinct().Take(10)])}"));
        return new ImageException(options.Where.IsEmpty
            ? $"{table.Path}: the list has a header and no rows. Expected a line an image."
            : $"{table.Path}: none of the {table.Rows.Length} rows meets {string.Join(" and ", options.Where)}; " +
                $"{found}. Expected at least one.");
    }

    [GeneratedRegex(@"\{([^{}]+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Gap();
}

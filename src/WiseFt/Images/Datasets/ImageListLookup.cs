namespace WiseFt.Images;

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
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (CsvTable.Row row in table.Rows)
            if (!values.TryAdd(row.Cells[key], row.Cells[value]) && values[row.Cells[key]] != row.Cells[value])
                throw new ImageException($"{Path}, line {row.Line}: '{row.Cells[key]}' is '{row.Cells[value]}' here and '{values[row.Cells[key]]}' before. Expected one {Value} for each {Key}.");
        return values;
    }
}

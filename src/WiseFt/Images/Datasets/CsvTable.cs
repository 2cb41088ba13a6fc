using System.Collections.Immutable;
using System.Text;

namespace WiseFt.Images;

/// <summary>A file of comma-separated values with a header: RFC 4180, quotes and line breaks in quotes included.</summary>
internal sealed class CsvTable
{
    private readonly Dictionary<string, int> _columns = new(StringComparer.Ordinal);

    private CsvTable(string path, ImmutableArray<string> header, ImmutableArray<Row> rows)
    {
        (Path, Header, Rows) = (path, header, rows);
        for (int i = 0; i < header.Length; i++)
            if (!_columns.TryAdd(header[i], i))
                throw new ImageException($"{path}: the column '{header[i]}' occurs twice in the header. Expected distinct names.");
    }

    public string Path { get; }

    public ImmutableArray<string> Header { get; }

    public ImmutableArray<Row> Rows { get; }

    /// <summary>The place of a column.</summary>
    /// <exception cref="ImageException">There is none of that name.</exception>
    public int Column(string name, string use) => _columns.TryGetValue(name, out int column) ? column : throw new ImageException(
        $"{Path}: there is no column '{name}' for {use}; the columns are {string.Join(", ", Header.Select(h => $"'{h}'"))}. " +
        "Name the column that holds it.");

    /// <exception cref="ImageException">The file cannot be read, is empty, has an open quote, or a row of another length.</exception>
    public static CsvTable Read(string path)
    {
        Row[] all = [.. Parse(path, DataFile.Text(path))];
        if (all.Length == 0)
            throw new ImageException($"{path}: the file is empty. Expected a header line with the columns' names, then a line an image.");
        Row header = all[0];
        foreach (Row row in all.AsSpan(1))
            if (row.Cells.Length != header.Cells.Length)
                throw new ImageException(
                    $"{path}, line {row.Line}: found {row.Cells.Length} cells. Expected {header.Cells.Length}, as the header has: " +
                    "a comma inside a cell needs quotes around the cell.");
        return new CsvTable(path, header.Cells, [.. all.AsSpan(1)]);
    }

    private static IEnumerable<Row> Parse(string path, string text)
    {
        var cells = ImmutableArray.CreateBuilder<string>();
        var cell = new StringBuilder();
        int line = 1, start = 1;
        bool isQuoted = false, wasQuoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\n') line++;
            if (isQuoted)
            {
                if (c != '"') cell.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"') cell.Append(text[++i]);
                else isQuoted = false;
            }
            else if (c == '"' && cell.Length == 0 && !wasQuoted) isQuoted = wasQuoted = true;
            else if (c == ',') EndCell();
            else if (c == '\n')
            {
                EndCell();
                if (cells is not [""]) yield return new Row(start, cells.ToImmutable());
                cells.Clear();
                start = line;
            }
            else if (c == '\r' && (i + 1 == text.Length || text[i + 1] == '\n')) continue;
            else if (wasQuoted)
                throw new ImageException(
                    $"{path}, line {line}: found '{c}' after a closing quote. Expected a comma or the end of the line; " +
                    "a quote inside quotes is written twice.");
            else cell.Append(c);
        }
        if (isQuoted)
            throw new ImageException($"{path}: the quote of the row that begins at line {start} does not end. Expected a closing quote.");
        if (cell.Length > 0 || cells.Count > 0 || wasQuoted)
        {
            EndCell();
            yield return new Row(start, cells.ToImmutable());
        }

        void EndCell()
        {
            cells.Add(cell.ToString());
            cell.Clear();
            wasQuoted = false;
        }
    }

    /// <summary>A row, and the line of the file at which it begins.</summary>
    internal readonly record struct Row(int Line, ImmutableArray<string> Cells);
}

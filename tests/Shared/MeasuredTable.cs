namespace WiseFt.Tests;

/// <summary>A table in the documentation that tests measure. WISEFT_WRITE_DOCS=1 writes it anew.</summary>
/// <param name="document">The file in docs/.</param>
/// <param name="name">What the marks around the table say.</param>
internal sealed class MeasuredTable(string document, string name)
{
    private readonly string _path = Path.Combine(Fixtures.RepositoryRoot, "docs", document);

    private string Begin => $"<!-- {name}: begin -->\n";

    private string End => $"<!-- {name}: end -->";

    /// <summary>Whether tables are written instead of read.</summary>
    public static bool IsWritten => Environment.GetEnvironmentVariable("WISEFT_WRITE_DOCS") == "1";

    /// <summary>The rows below the head, by cells without backquotes.</summary>
    public IReadOnlyList<string[]> Rows() =>
        [.. Content().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2)
            .Select(line => line.Trim('|').Split('|').Select(c => c.Trim(' ', '`')).ToArray())];

    /// <summary>Writes the table, where that is asked for.</summary>
    /// <param name="head">The names of the columns.</param>
    /// <param name="rows">The cells of each row.</param>
    public void Write(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows)
    {
        if (!IsWritten) return;
        string table = Line(head) + Line([.. head.Select(_ => "---")]) + string.Concat(rows.Select(Line));
        File.WriteAllText(_path, Text().Replace(Begin + Content() + End, Begin + table + End, StringComparison.Ordinal));
    }

    private static string Line(IReadOnlyList<string> cells) => $"| {string.Join(" | ", cells)} |\n";

    private string Text() => File.ReadAllText(_path).ReplaceLineEndings("\n");

    private string Content() => Text().Split(Begin)[1].Split(End)[0];
}

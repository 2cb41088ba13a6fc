namespace WiseFt;

/// <summary>Names in messages: a few of them, whatever their number.</summary>
internal static class Listed
{
    private const int Few = 3;

    /// <summary>The first names, with commas between: "a, b, c".</summary>
    public static string First(IEnumerable<string> names, int most = Few) => string.Join(", ", names.Take(most));

    /// <summary>How many there are, and the first: "12 (first: a, b, c)"; "none" where there is none.</summary>
    public static string Counted(IReadOnlyCollection<string> names, int most = Few) =>
        names.Count == 0 ? "none" : FormattableString.Invariant($"{names.Count} (first: {First(names, most)})");

    /// <summary>The first in quotes, said to be the first where there are more: "'a', 'b'" or "first: 'a', 'b', 'c'".</summary>
    public static string Quoted(IReadOnlyCollection<string> names, int most = Few) =>
        (names.Count > most ? "first: " : "") + First(names.Select(name => $"'{name}'"), most);

    /// <summary>Classes: nearly all of them, and how many more there are, each between quotes where asked for.</summary>
    public static string Classes(IReadOnlyCollection<string> names, string quote = "'")
    {
        const int many = 50;
        return First(names.Select(name => quote + name + quote), many) + (names.Count > many ? $" and {names.Count - many} more" : "");
    }
}

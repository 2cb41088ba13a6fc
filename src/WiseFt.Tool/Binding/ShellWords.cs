using System.Text.RegularExpressions;

namespace WiseFt.Tool;

/// <summary>Command lines as a shell takes them.</summary>
internal static partial class ShellWords
{
    /// <summary>A command line again, with a flag more.</summary>
    /// <param name="words">Its words after <c>wiseft</c>.</param>
    /// <param name="flag">The flag; null for none.</param>
    public static string Again(IEnumerable<string> words, string? flag = null) =>
        string.Join(' ', words.Where(word => word != flag).Prepend("wiseft").Concat(flag is null ? [] : [flag]).Select(Quoted));

    /// <summary>A word between quotes as Windows' programs read it: backslashes before a quote are doubled, and so are those at the end.
    /// </summary>
    private static string Escaped(string word) => BackslashesBeforeQuote().Replace(word, m => m.Value + m.Groups[1].Value)
        .Replace("\"", "\\\"", StringComparison.Ordinal);

    [GeneratedRegex(@"(\\+)(?=""|\z)")]
    private static partial Regex BackslashesBeforeQuote();

    /// <summary>A word as a shell takes it.</summary>
    public static string Quoted(string word)
    {
        const string Plain = "-_./:=,+@";
        if (word.Length > 0
            && word.All(c =>
                char.IsAsciiLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal) || (c == '\\' && OperatingSystem.IsWindows())))
            return word;
        return OperatingSystem.IsWindows() ? $"\"{Escaped(word)}\"" : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}

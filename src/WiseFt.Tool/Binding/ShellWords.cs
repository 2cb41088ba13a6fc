namespace WiseFt.Tool;

/// <summary>Command lines as a shell takes them.</summary>
internal static class ShellWords
{
    /// <summary>A command line again, with a flag more.</summary>
    /// <param name="words">Its words after <c>wiseft</c>.</param>
    /// <param name="flag">The flag; null for none.</param>
    public static string Again(IEnumerable<string> words, string? flag = null) =>
        string.Join(' ', words.Where(word => word != flag).Prepend("wiseft").Concat(flag is null ? [] : [flag]).Select(Quoted));

    /// <summary>A word as a shell takes it.</summary>
    public static string Quoted(string word)
    {
        const string Plain = "-_./:=,+@";
        if (word.Length > 0
            && word.All(c =>
                char.IsAsciiLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal) || (c == '\\' && OperatingSystem.IsWindows())))
            return word;
        return OperatingSystem.IsWindows() ? $"\"{word}\"" : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}

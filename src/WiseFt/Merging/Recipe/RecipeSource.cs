using System.Text.RegularExpressions;

namespace WiseFt.Merging;

/// <summary>The parts of a data source as it is written: <c>PATH</c> or <c>KIND:PATH[,KEY=VALUE…]</c>.</summary>
/// <param name="Kind">What stands before the path, with the colon; empty for a folder.</param>
/// <param name="Path">The folder or file.</param>
/// <param name="Settings">What stands after it, with the comma; empty where nothing does.</param>
/// <remarks>Whether there is such a kind is known further up. A kind is two or more of a-z, 0-9, hyphen and point, so that C: is none; a
/// folder with such a name and a colon is written with a slash before: <c>./my:images</c>.</remarks>
internal sealed partial record RecipeSource(string Kind, string Path, string Settings)
{
    private const string Folder = "folder:"; // which has no settings, so that its path may have commas

    /// <summary>Takes a data source apart.</summary>
    public static RecipeSource Parse(string text)
    {
        string kind = BeginsWithKind().Match(text).Value;
        int comma = kind.Length == 0 || kind == Folder ? -1 : text.IndexOf(',', kind.Length);
        return comma < 0
            ? new RecipeSource(kind, text[kind.Length..], "")
            : new RecipeSource(kind, text[kind.Length..comma], text[comma..]);
    }

    /// <summary>As it is written.</summary>
    public override string ToString() => Kind + Path + Settings;

    [GeneratedRegex(@"\A[a-z][a-z0-9.-]+:", RegexOptions.CultureInvariant)]
    private static partial Regex BeginsWithKind();
}

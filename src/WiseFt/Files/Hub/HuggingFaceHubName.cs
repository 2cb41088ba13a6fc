using System.Text.RegularExpressions;

namespace WiseFt.Files;

/// <summary>The name of a model on the Hub and the revision of it that is meant:
/// <c>openai/clip-vit-base-patch32</c>, <c>org/name@revision</c>.</summary>
internal sealed partial record HuggingFaceHubName
{
    private HuggingFaceHubName(string repository, string revision) => (Repository, Revision) = (repository, revision);

    /// <summary>Owner and name, joined by a slash.</summary>
    public string Repository { get; }

    /// <summary>A branch, a tag or a commit.</summary>
    public string Revision { get; }

    /// <summary>Whether the revision is a commit, which never changes.</summary>
    public bool IsCommit => Commit().IsMatch(Revision);

    /// <summary>The name of the repository's folder in the cache.</summary>
    public string CacheName => $"models--{Repository.Replace("/", "--", StringComparison.Ordinal)}";

    /// <summary>The parts of a name, or null where the text is none.</summary>
    public static HuggingFaceHubName? TryParse(string text)
    {
        string[] parts = text.Split('@', 2);
        string revision = parts.Length == 2 ? parts[1] : "main";
        return Name().IsMatch(parts[0]) && !parts[0].Contains("--", StringComparison.Ordinal)
            && !parts[0].Contains("..", StringComparison.Ordinal)
            && revision.Split('/').All(part => IsFileName(part)) ? new(parts[0], revision) : null;
    }

    /// <summary>Whether a text from a server may be the name of a file in the cache.</summary>
    public static bool IsFileName(string text) => FileName().IsMatch(text) && text is not ("." or "..");

    /// <summary>Whether a text is a commit's hash.</summary>
    public static bool IsCommitHash(string text) => Commit().IsMatch(text);

    /// <inheritdoc/>
    public override string ToString() => Revision == "main" ? Repository : $"{Repository}@{Revision}";

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._-]{0,95}/[A-Za-z0-9_][A-Za-z0-9._-]{0,95}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,200}\z", RegexOptions.CultureInvariant)]
    private static partial Regex FileName();

    [GeneratedRegex(@"\A[0-9a-f]{40}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Commit();
}

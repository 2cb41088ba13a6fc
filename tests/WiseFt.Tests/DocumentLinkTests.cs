using System.Globalization;
using System.Text.RegularExpressions;

namespace WiseFt.Tests;

/// <summary>The documents lead somewhere: links between them name files and headings that are there; the index has every page.</summary>
public sealed partial class DocumentLinkTests
{
    public static TheoryData<string> Documents() => [.. Directory.GetFiles(Fixtures.RepositoryRoot, "*.md")
        .Concat(new[] { "docs", "examples", "src" }.SelectMany(MarkdownIn))
        .Select(Sources.Relative).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Document_LinksToFilesAndHeadings_LeadThere(string document)
    {
        string path = Path.Combine(Fixtures.RepositoryRoot, document);
        string[] broken = [.. Links(path).Where(link => !Leads(path, link))];
        broken.Should().BeEmpty("each link names a file beside {0}, and after # a heading in it", document);
    }

    [Fact]
    public void Index_OfTheDocs_NamesEveryPage()
    {
        string docs = Path.Combine(Fixtures.RepositoryRoot, "docs"), index = Path.Combine(docs, "README.md");
        string[] named = [.. Links(index).Select(link => Path.GetFullPath(Path.Combine(docs, link.Split('#')[0])))];
        MarkdownIn("docs").Where(page => page != index).Except(named)
            .Should().BeEmpty("docs/README.md has a line for every page");
    }

    [Theory]
    [InlineData("What `sweep` says: α, and *why*", "what-sweep-says-α-and-why")]
    [InlineData("By hand, without a network", "by-hand-without-a-network")]
    [InlineData("[Links](a.md) and snake_case", "links-and-snake_case")]
    public void Anchor_OfAHeading_IsAsOnGitHub(string heading, string expected) => Anchor(heading).Should().Be(expected);

    private static IEnumerable<string> MarkdownIn(string folder) =>
        Directory.GetFiles(Path.Combine(Fixtures.RepositoryRoot, folder), "*.md", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Fixtures.RepositoryRoot, file).Split(Path.DirectorySeparatorChar)
                .Any(part => part is "bin" or "obj"));

    /// <summary>What the links of a document name that lies in the repository.</summary>
    private static IEnumerable<string> Links(string path) => Link().Matches(Prose(path)).Select(m => m.Groups[1].Value)
        .Where(link => !link.Contains("://", StringComparison.Ordinal) && !link.StartsWith("mailto:", StringComparison.Ordinal));

    private static bool Leads(string document, string link)
    {
        string[] parts = link.Split('#');
        string target = parts[0].Length == 0 ? document : Path.Combine(Path.GetDirectoryName(document)!, Uri.UnescapeDataString(parts[0]));
        return Path.Exists(target) && (parts.Length == 1 || Anchors(target).Contains(parts[1]));
    }

    private static IEnumerable<string> Anchors(string document) => Heading().Matches(Prose(document)).Select(m => Anchor(m.Groups[1].Value))
        .GroupBy(anchor => anchor).SelectMany(same => same.Select((anchor, n) => n == 0 ? anchor : $"{anchor}-{n}"));

    /// <summary>The name that GitHub gives a heading: small letters, a hyphen for a space, without punctuation.</summary>
    private static string Anchor(string heading) => Punctuation()
        .Replace(LinkText().Replace(heading, "$1").Trim().ToLower(CultureInfo.InvariantCulture), "").Replace(' ', '-');

    /// <summary>A document without its blocks of code.</summary>
    private static string Prose(string path) => Block().Replace(File.ReadAllText(path).ReplaceLineEndings("\n"), "");

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();

    [GeneratedRegex(@"^#{1,6} +(.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N}\p{M}_ -]")]
    private static partial Regex Punctuation();
}

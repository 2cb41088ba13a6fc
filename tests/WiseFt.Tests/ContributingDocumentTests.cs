using System.Text.RegularExpressions;

namespace WiseFt.Tests;

/// <summary>CONTRIBUTING.md opens with a map: the tree of folders, and the types that an image, a weight,
/// alpha and a row pass. It stays true.</summary>
public sealed partial class ContributingDocumentTests
{
    private const int WalkCount = 4;

    [Fact]
    public void Tree_Folders_AreThoseOfTheCode()
    {
        string[] documented = [.. Folders(Section("The tree"))];
        string[] holdingCode = [.. Sources.In("src").Select(file => Sources.Relative(Path.GetDirectoryName(file)!)).Distinct()];

        documented.Should().OnlyHaveUniqueItems();
        documented.Where(folder => !Directory.Exists(Path.Combine(Fixtures.RepositoryRoot, folder)))
            .Should().BeEmpty("what the tree names is there");
        holdingCode.Except(documented).Should().BeEmpty("the tree names every folder of src with code in it");
    }

    [Fact]
    public void Map_Types_AreInTheCode()
    {
        HashSet<string> declared = [.. Sources.In("src").SelectMany(file => Declaration().Matches(File.ReadAllText(file)))
            .Select(m => m.Groups[1].Value)];
        string[] named = [.. QuotedType().Matches(Section("The tree") + Section("Walks")).Select(m => m.Groups[1].Value).Distinct()];

        named.Should().NotBeEmpty();
        named.Except(declared).Should().BeEmpty("a type that the map names is declared in src");
    }

    [Fact]
    public void Walks_OfAnImageAWeightAlphaAndARow_AreThere()
    {
        string[] walks = [.. Section("Walks").Split("\n\n").Where(paragraph => paragraph.Contains('→'))];

        walks.Should().HaveCount(WalkCount);
        walks.Should().OnlyContain(walk => QuotedType().Count(walk) > 2);
    }

    /// <summary>The text below a heading, up to the next of its kind.</summary>
    private static string Section(string heading)
    {
        string text = "\n" + File.ReadAllText(Path.Combine(Fixtures.RepositoryRoot, "CONTRIBUTING.md")).ReplaceLineEndings("\n");
        string[] parts = text.Split($"\n## {heading}\n");
        parts.Should().HaveCount(2, "CONTRIBUTING.md has the heading \"## {0}\" once", heading);
        return parts[1].Split("\n## ")[0];
    }

    /// <summary>The folders of the block in a section: a line each, which begins with the name and a slash;
    /// what is indented lies within.</summary>
    private static IEnumerable<string> Folders(string section)
    {
        var above = new Stack<(int Indent, string Path)>();
        foreach (Match line in FolderLine().Matches(section.Split("```")[1]))
        {
            int indent = line.Groups["indent"].Length;
            while (above.TryPeek(out var last) && last.Indent >= indent) above.Pop();
            string path = (above.TryPeek(out var parent) ? parent.Path + "/" : "") + line.Groups["name"].Value;
            above.Push((indent, path));
            yield return path;
        }
    }

    [GeneratedRegex(@"^(?<indent> *)(?<name>[\w./-]+)/(?: |$)", RegexOptions.Multiline)]
    private static partial Regex FolderLine();

    // `Type`, `Type<T>`, `Type.Member`; words without a small letter, such as CLIP, are none.
    [GeneratedRegex(@"`([A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*)(?:<[^`]*>)?(?:\.\w+)?`")]
    private static partial Regex QuotedType();

    [GeneratedRegex(
        @"^ *(?:(?:public|internal|private|protected|file|sealed|static|abstract|readonly|partial|ref|unsafe) )+" +
        @"(?:class|record struct|record|struct|interface|enum) ([A-Z]\w*)", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}

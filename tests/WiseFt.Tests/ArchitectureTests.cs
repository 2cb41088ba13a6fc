using System.Text.RegularExpressions;

namespace WiseFt.Tests;

/// <summary>The folders are the architecture: dependencies point one way.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string[] _bottomUp = ["", "WeightSpace", "Tokenization", "Images", "Checkpoints", "Clip", "ZeroShot", "FineTuning", "Robustness"];

    [Fact]
    public void Core_EveryFile_NamesOnlyTypesOfItsFolderAndThoseBelow()
    {
        string core = Path.Combine(Fixtures.RepositoryRoot, "src", "WiseFt");
        var files = SourceFiles(core).Select(f => (Path: f, Level: Level(core, f), Code: Code(f))).ToArray();
        files.Select(f => f.Level).Distinct().Should().HaveCountGreaterThan(7);
        var levelOf = files.SelectMany(f => Declaration().Matches(f.Code).Select(m => (Type: m.Groups[1].Value, f.Level)))
            .GroupBy(d => d.Type, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Min(d => d.Level), StringComparer.Ordinal);
        var upward = from file in files
                     from word in Word().Matches(file.Code).Select(m => m.Value).Distinct(StringComparer.Ordinal)
                     where levelOf.TryGetValue(word, out int level) && level > file.Level
                     select $"{Path.GetRelativePath(core, file.Path)} uses {word}";
        upward.Should().BeEmpty();
    }

    [Theory]
    [InlineData("WiseFt", "Microsoft.ML")]
    [InlineData("WiseFt", "WiseFt.ML")]
    [InlineData("WiseFt", "Spectre.Console")]
    [InlineData("WiseFt.ML", "WiseFt.Tool")]
    [InlineData("WiseFt.ML", "Spectre.Console")]
    public void Project_Code_NeverNames(string project, string forbidden)
    {
        string folder = Path.Combine(Fixtures.RepositoryRoot, "src", project);
        string usage = $@"\busing (static )?{Regex.Escape(forbidden)}\b|\b{Regex.Escape(forbidden)}\.[A-Z]";
        SourceFiles(folder).Where(f => Regex.IsMatch(Code(f), usage)).Should().BeEmpty();
    }

    [Fact]
    public void Core_PublicAndInternalClasses_AreSealedOrStaticOrAbstract()
    {
        var open = typeof(ClipModel).Assembly.GetTypes()
            .Where(t => t.Namespace == "WiseFt" && t is { IsClass: true, IsSealed: false, IsAbstract: false } && !t.Name.Contains('<'));
        open.Select(t => t.Name).Should().BeEmpty();
    }

    private static IEnumerable<string> SourceFiles(string folder) => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Where(f => !Path.GetRelativePath(folder, f).Split(Path.DirectorySeparatorChar).Any(p => p is "bin" or "obj"));

    private static int Level(string core, string file)
    {
        string folder = Path.GetDirectoryName(Path.GetRelativePath(core, file))!.Split(Path.DirectorySeparatorChar)[0];
        int level = Array.IndexOf(_bottomUp, folder);
        level.Should().BeGreaterThanOrEqualTo(0, "folder {0} has a place in the order", folder);
        return level;
    }

    /// <summary>The file without its comments and strings.</summary>
    private static string Code(string file) => CommentOrString().Replace(File.ReadAllText(file), "");

    [GeneratedRegex(@"(?<!\bprivate\b[\w ]*)\b(?:class|record struct|record|struct|interface|enum) ([A-Z]\w*)")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*")]
    private static partial Regex Word();

    [GeneratedRegex("""//[^\n]*|"(?:[^"\\\n]|\\.)*"|/\*.*?\*/""", RegexOptions.Singleline)]
    private static partial Regex CommentOrString();
}

using System.Diagnostics;
using System.Text.RegularExpressions;

namespace WiseFt.Examples.Tests;

/// <summary>The examples run, from the repository's top folder as their headers say, and print what their headers promise.</summary>
public sealed partial class ExampleTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(8);

    [Theory]
    [InlineData("Quickstart", @"reference distribution: 0\.(4[4-9]|5[0-3])\nA Twemoji dog, of another distribution: mammal")]
    [InlineData("ZeroShot", @"Right at first guess: 44\.[24] %, within five: 7\d\.\d %\nEasiest: .*\nHardest: ")]
    [InlineData("Sweep", @"(?s)alpha  reference.*avg ref\+shifts.*\n +(\* )?1\.0 .*Now at alpha 0")]
    [InlineData("LinearProbe", @"Accuracy of the linear probe: 0\.(2[89]|3[0-4])")]
    [InlineData("Csv", @"listed test images: 0\.(8\d|9\d)\nAccuracy on the same classes by another artist: 0\.(7[89]|8\d|9\d)")]
    [InlineData("MixTwoCheckpoints", @"Mixed 70 tensors, 2305263 parameters, into .*\nA dog is a mammal")]
    [InlineData("ImageSearch", @"vehicle, among 421 images:\n  0\.6\d\d  vehicle/(.*\n){5}Like the first of them:\n  1\.000  vehicle/")]
    [InlineData("OnnxInMlNet", @"Right: 19[567] of 421")]
    public async Task Example_Runs_AndPrintsWhatItsHeaderSays(string name, string expected)
    {
        string program = Path.Combine(Fixtures.RepositoryRoot, "examples", name, "bin", Configuration(), "net10.0", name + ".dll");
        using Process process = Process.Start(ChildProcess.In(Fixtures.RepositoryRoot, "dotnet", [program]))!;
        using var limit = new CancellationTokenSource(_limit);
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token), error = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        process.ExitCode.Should().Be(0, await error);
        (await output).Should().MatchRegex(expected);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void Example_OwnCode_StaysUnderEightyLines(string program) =>
        File.ReadLines(program).Count(l => l.Trim().Length > 0 && !l.TrimStart().StartsWith("//", StringComparison.Ordinal))
            .Should().BeLessThan(80);

    [Theory]
    [MemberData(nameof(QuotedBlocks))]
    public void Document_BlockBelowAPath_IsInThatFileToTheLetter(string document, string path, string block)
    {
        string file = Path.Combine(Fixtures.RepositoryRoot, path);
        File.Exists(file).Should().BeTrue("{0} quotes it", document);
        File.ReadAllText(file).ReplaceLineEndings("\n").Should().Contain(block);
    }

    [Fact]
    public void Readme_FirstProgram_IsTheQuickstart() =>
        QuotedBlocks().Select(row => ((string)row[0], (string)row[1])).Should().Contain(("README.md", "examples/Quickstart/Program.cs"));

    /// <summary>The blocks of all documents that stand below a comment with the path of an example's file, which is built.</summary>
    public static TheoryData<string, string, string> QuotedBlocks()
    {
        var blocks = new TheoryData<string, string, string>();
        string docs = Path.Combine(Fixtures.RepositoryRoot, "docs");
        foreach (string page in Directory.GetFiles(docs, "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(Fixtures.RepositoryRoot, "README.md")))
            foreach (Match m in QuotedBlock().Matches(File.ReadAllText(page).ReplaceLineEndings("\n")))
                blocks.Add(Sources.Relative(page), m.Groups["path"].Value, m.Groups["block"].Value);
        return blocks;
    }

    public static TheoryData<string> Programs() =>
        [.. Directory.GetFiles(Path.Combine(Fixtures.RepositoryRoot, "examples"), "Program.cs", SearchOption.AllDirectories)];

    // .../tests/WiseFt.Examples.Tests/bin/Release/net10.0/
    private static string Configuration() => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    [GeneratedRegex(@"^<!-- (?<path>examples/\S+) -->\n```\w+\n(?<block>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex QuotedBlock();
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace WiseFt.Tests;

/// <summary>docs/reliability.md says of each fault which test provokes it;
/// these say that the tests are there, and that all run in another language.</summary>
public sealed partial class ReliabilityDocumentTests
{
    /// <summary>The document has each fault that a test of any project provokes, with the tests' own words;
    /// how often is of the run that wrote it.</summary>
    [Fact]
    public void Document_Faults_AreThoseOfTheTests()
    {
        FaultRow[] faults = [.. DeclaredFaults().OrderBy(f => f.Fault, StringComparer.OrdinalIgnoreCase)];
        var table = new MeasuredTable("reliability.md", "faults");
        if (MeasuredTable.IsWritten && FaultAttribute.Folder is { } notes) Write(table, faults, FaultNote.Count(notes));

        DeclaredFaults().Sum(f => f.Tests.Split(", ").Length).Should().Be(
            TestSources().Sum(path => File.ReadLines(path).Count(line => line.TrimStart().StartsWith("[Fault(", StringComparison.Ordinal))),
            "every attribute is understood");
        faults.Should().NotBeEmpty().And.OnlyContain(
            f => f.How.Length > 0 && f.Outcome.Length > 0, "the first test of a fault says how it is provoked and what comes of it");
        string.Join("\n", table.Rows().Select(r => new FaultRow(r[0], r[1], r[2], r[4])))
            .Should().Be(string.Join("\n", faults.AsEnumerable()), "docs/reliability.md has the command that writes its table anew");
        table.Rows().Should().OnlyContain(
            r => int.Parse(r[3], NumberStyles.AllowThousands, CultureInfo.InvariantCulture) > 0,
            "each was provoked in the run that wrote the table");
    }

    [Fact]
    [Fault(
        "another language", "all tests run under tr-TR (dotless i, comma in numbers); WISEFT_CULTURE=de-DE or another chooses",
        "the same files and answers")]
    public async Task Culture_OfTheTests_HasACommaInNumbersOrIsChosen()
    {
        CultureInfo.CurrentCulture.Should().Be(TestCulture.Culture);
        (await Task.Run(() => CultureInfo.CurrentCulture)).Should().Be(TestCulture.Culture);
    }

    private static void Write(MeasuredTable table, FaultRow[] faults, Dictionary<string, int> times) => table.Write(
        ["fault", "how it is provoked", "tests", "times", "outcome"],
        faults.Select(f =>
            (string[])[f.Fault, f.How, f.Tests, times.GetValueOrDefault(f.Fault).ToString("N0", CultureInfo.InvariantCulture), f.Outcome]));

    /// <summary>The faults in the sources of all test projects, in no order.</summary>
    private static IEnumerable<FaultRow> DeclaredFaults() =>
        from path in TestSources()
        from match in Declaration().Matches(JoinedString().Replace(File.ReadAllText(path), ""))
        let test = $"{Path.GetFileNameWithoutExtension(path)}.{match.Groups["test"].Value}"
        group (Test: test, How: match.Groups["how"].Value, Outcome: match.Groups["outcome"].Value) by match.Groups["fault"].Value into fault
        let told = fault.FirstOrDefault(t => t.How.Length > 0)
        select new FaultRow(
            fault.Key, told.How ?? "", string.Join(", ", fault.Select(t => t.Test).Order(StringComparer.Ordinal)), told.Outcome ?? "");

    private static IEnumerable<string> TestSources() =>
        Directory.GetFiles(Path.Combine(Fixtures.RepositoryRoot, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal);

    [GeneratedRegex(@"""\s*\+\s*""")]
    private static partial Regex JoinedString();

    [GeneratedRegex(
        @"\[Fault\(\s*""(?<fault>[^""]+)""(?:,\s*""(?<how>[^""]+)"",\s*""(?<outcome>[^""]+)"")?\)\]" +
        @"\s+public (?:async )?(?:void|Task) (?<test>\w+)\(")]
    private static partial Regex Declaration();

    private sealed record FaultRow(string Fault, string How, string Tests, string Outcome);
}

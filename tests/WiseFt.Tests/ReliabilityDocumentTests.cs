using System.Globalization;
using System.Text.RegularExpressions;

namespace WiseFt.Tests;

/// <summary>docs/reliability.md says of each fault which test provokes it; these say that the tests are there, and that all run in another language.</summary>
public sealed partial class ReliabilityDocumentTests
{
    private const int TestColumn = 2;

    [Fact]
    public void Document_EveryFault_NamesTestsThatExist()
    {
        HashSet<string> tests = [.. Directory.GetFiles(Path.Combine(Fixtures.RepositoryRoot, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .SelectMany(path => TestMethod().Matches(File.ReadAllText(path)).Select(m => $"{Path.GetFileNameWithoutExtension(path)}.{m.Groups[1].Value}"))];
        IReadOnlyList<string[]> faults = new MeasuredTable("reliability.md", "faults").Rows();

        string[] named = [.. faults.SelectMany(f => TestName().Matches(f[TestColumn]).Select(m => m.Value))];

        faults.Should().HaveCountGreaterThan(30).And.OnlyContain(f => f.Length == 5 && TestName().IsMatch(f[TestColumn]));
        named.Except(tests).Should().BeEmpty("each name in the table is Class.Method of a test");
    }

    [Fact]
    public async Task Culture_OfTheTests_HasACommaInNumbersOrIsChosen()
    {
        CultureInfo.CurrentCulture.Should().Be(TestCulture.Culture);
        (await Task.Run(() => CultureInfo.CurrentCulture)).Should().Be(TestCulture.Culture);
    }

    [GeneratedRegex(@"public (?:async )?(?:void|Task) (\w+)\(")]
    private static partial Regex TestMethod();

    [GeneratedRegex(@"\w+Tests\.\w+")]
    private static partial Regex TestName();
}

using System.Text.Json;
using System.Text.RegularExpressions;

namespace WiseFt.Packages.Tests;

/// <summary>Third-party notices name whatever the packages reference or contain.</summary>
[Collection(nameof(PackageUser))]
public sealed partial class NoticesTests(PackageUser user)
{
    [Fact]
    public void Notices_EveryPackageThatARestoreBrings_IsNamed()
    {
        string notices = File.ReadAllText(Path.Combine(Fixtures.RepositoryRoot, "THIRD-PARTY-NOTICES.md"));
        HashSet<string> named = [.. Names().Matches(notices).Select(m => m.Value)];
        string[] restored = [.. Directory.GetFiles(user.At("build", "obj"), "project.assets.json", SearchOption.AllDirectories)
            .SelectMany(Packages).Distinct().Order(StringComparer.Ordinal)];
        restored.Should().Contain("TorchSharp").And.HaveCountGreaterThan(30);
        restored.Except(named).Should().BeEmpty();
    }

    private static IEnumerable<string> Packages(string assets)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(assets));
        return [.. document.RootElement.GetProperty("libraries").EnumerateObject()
            .Where(l => l.Value.GetProperty("type").GetString() == "package").Select(l => l.Name.Split('/')[0])];
    }

    [GeneratedRegex(@"[\w][\w.-]*\w")]
    private static partial Regex Names();
}

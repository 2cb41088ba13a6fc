using System.IO.Compression;
using System.Reflection.Metadata;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace WiseFt.Packages.Tests;

/// <summary>What lies in the packages, and the tool that is installed from them.</summary>
[Collection(nameof(PackageUser))]
public sealed partial class PackageContentTests(PackageUser user)
{
    private const long MostBytes = 250_000_000; // nuget.org takes no more
    private static readonly Guid _sourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    [Fact]
    public void Pack_EveryPackableProject_IsInTheFilterAndMakesAPackageBelowTheLimit()
    {
        string source = Path.Combine(Fixtures.RepositoryRoot, "src");
        string[] projects = [.. Directory.GetFiles(source, "*.csproj", SearchOption.AllDirectories)
            .Where(p => File.ReadAllText(p).Contains("<IsPackable>true", StringComparison.Ordinal))
            .Select(p => Path.GetFileNameWithoutExtension(p)!)];
        Nupkgs().Select(p => Version().Replace(Path.GetFileName(p), "")).Should().Contain(projects);
        Nupkgs().Where(p => new FileInfo(p).Length > MostBytes).Should().BeEmpty();
    }

    [Fact]
    public void Package_Each_HasReadmeIconLicenceNoticesAndTheCommitItIsOf()
    {
        foreach (string path in Nupkgs())
        {
            using ZipArchive package = ZipFile.OpenRead(path);
            package.Entries.Select(e => e.FullName).Should().Contain(["README.md", "icon.png", "LICENSE", "THIRD-PARTY-NOTICES.md"], path);
            XElement metadata = Metadata(package);
            Text(metadata, "readme").Should().Be("README.md");
            Text(metadata, "icon").Should().Be("icon.png");
            Text(metadata, "license").Should().Be("MIT");
            Text(metadata, "tags").Should().Contain("wise-ft");
            Text(metadata, "description").Should().NotContain("Package Description");
            string url = Text(metadata, "projectUrl");
            XElement repository = metadata.Elements().Single(e => e.Name.LocalName == "repository");
            repository.Attribute("url")!.Value.Should().StartWith(url);
            repository.Attribute("commit")!.Value.Should().MatchRegex("^[0-9a-f]{40}$");
        }
    }

    [Fact]
    public void Package_OnOthersOfItsOwn_DependsOnExactlyItsVersion()
    {
        XElement[] own = [.. Nupkgs().SelectMany(Dependencies)
            .Where(d => d.Attribute("id")!.Value.StartsWith("WiseFt", StringComparison.Ordinal))];
        own.Should().NotBeEmpty();
        own.Select(d => d.Attribute("version")!.Value).Should().AllBe("[0.1.0]");
    }

    [Fact]
    public void Symbols_OfEachLibrary_SayWhereTheSourceIs()
    {
        string[] symbols = Directory.GetFiles(user.Packages, "*.snupkg");
        symbols.Should().NotBeEmpty();
        foreach (string path in symbols)
        {
            using ZipArchive package = ZipFile.OpenRead(path);
            foreach (ZipArchiveEntry pdb in package.Entries.Where(e => e.FullName.EndsWith(".pdb", StringComparison.Ordinal)))
                SourceLink(pdb).Should().MatchRegex("raw.githubusercontent.com/[^/]+/[^/]+/[0-9a-f]{40}/", pdb.FullName);
        }
    }

    [Fact]
    public async Task Tool_InstalledFromTheFolder_BeginsTheDemo()
    {
        await Shell.RunAsync(user.At(), "dotnet", "tool", "install", "WiseFt.Tool", "--version", "0.1.0", "--tool-path", user.At("tools"));
        string wiseft = user.At("tools", OperatingSystem.IsWindows() ? "wiseft.exe" : "wiseft");
        (await Shell.RunAsync(user.At(), wiseft, "doctor")).Should().Contain("arithmetic works");
        string begun = await Shell.UntilAsync(user.At(), "Distribution shifts", wiseft, "demo");
        begun.Should().Contain("EmojiShift: 47 classes of emoji");
    }

    private string[] Nupkgs() => Directory.GetFiles(user.Packages, "*.nupkg");

    private static IEnumerable<XElement> Dependencies(string path)
    {
        using ZipArchive package = ZipFile.OpenRead(path);
        return [.. Metadata(package).Descendants().Where(e => e.Name.LocalName == "dependency")];
    }

    private static XElement Metadata(ZipArchive package)
    {
        using Stream nuspec = package.Entries.Single(e => e.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return XDocument.Load(nuspec).Root!.Elements().Single();
    }

    private static string Text(XElement metadata, string name) => metadata.Elements().Single(e => e.Name.LocalName == name).Value;

    private static string SourceLink(ZipArchiveEntry pdb)
    {
        using var content = new MemoryStream();
        using (Stream stream = pdb.Open()) stream.CopyTo(content);
        content.Position = 0;
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(content);
        MetadataReader reader = provider.GetMetadataReader();
        CustomDebugInformation link = reader.CustomDebugInformation.Select(reader.GetCustomDebugInformation)
            .Single(i => reader.GetGuid(i.Kind) == _sourceLink);
        return Encoding.UTF8.GetString(reader.GetBlobBytes(link.Value));
    }

    [GeneratedRegex(@"\.\d+\.\d+\.\d+\.nupkg$")]
    private static partial Regex Version();
}

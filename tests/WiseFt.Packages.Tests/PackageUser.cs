using System.Text.RegularExpressions;

namespace WiseFt.Packages.Tests;

/// <summary>A machine of somebody who has never seen this repository: a folder of packages, a package cache of its own, and what the README
/// says to type. What it trains, other programs load.</summary>
public sealed partial class PackageUser : IAsyncLifetime, IDisposable
{
    private const string Program = "Emoji";

    private readonly TemporaryFolder _folder = new();

    /// <summary>The packages, made as a release makes them.</summary>
    public string Packages => _folder.At("packages");

    /// <summary>The folder that the README's commands made.</summary>
    public string Emoji => _folder.At(Program);

    /// <summary>What the README's program printed.</summary>
    public string Printed { get; private set; } = "";

    /// <summary>What its commands printed before.</summary>
    public string Unpacked { get; private set; } = "";

    /// <summary>The model that it saved.</summary>
    public string Model => Path.Combine(Emoji, "model.zip");

    /// <summary>An image of another distribution.</summary>
    public string Dog => Path.Combine(Emoji, "examples", "data", "emoji-shift", "shifts", "twemoji", "mammal", "1f415.png");

    /// <summary>A path below the user's folder.</summary>
    public string At(params ReadOnlySpan<string> names) => _folder.At(names);

    public async Task InitializeAsync()
    {
        string machine = OperatingSystem.IsWindows() ? "win-x64" : OperatingSystem.IsMacOS() ? "osx-arm64" : "linux-x64";
        // Its own folder of intermediate files: the solution's projects may be in use by other tests.
        await Shell.RunAsync(
            Fixtures.RepositoryRoot, "dotnet", "pack", "eng/Packages.slnf", "-c", "Release", "-o", Packages, "-v", "quiet",
            "--artifacts-path", At("build"), $"-p:ToolPackageRuntimeIdentifiers={machine}");
        await LinkPackagesOfOthersAsync();
        _folder.Write("NuGet.config", $"""
            <configuration>
              <packageSources><add key="WiseFt" value="{Packages}" /></packageSources>
              <config><add key="globalPackagesFolder" value="{At("cache")}" /></config>
              <fallbackPackageFolders><add key="machine" value="{At("others")}" /></fallbackPackageFolders>
            </configuration>
            """);
        Copy(Path.Combine(Fixtures.RepositoryRoot, "tests", "WiseFt.Packages.Tests", "Consumers"), At("Consumers"));
        await FollowReadmeAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();

    /// <summary>What a build of this repository restored, but for packages of its own that somebody tried.</summary>
    private async Task LinkPackagesOfOthersAsync()
    {
        string listed = (await Shell.RunAsync(Fixtures.RepositoryRoot, "dotnet", "nuget", "locals", "global-packages", "--list")).Trim();
        Directory.CreateDirectory(At("others"));
        foreach (string package in Directory.GetDirectories(listed[(listed.IndexOf(' ', StringComparison.Ordinal) + 1)..]))
            if (!Path.GetFileName(package).StartsWith("wiseft", StringComparison.OrdinalIgnoreCase))
                Directory.CreateSymbolicLink(At("others", Path.GetFileName(package)), package);
    }

    private async Task FollowReadmeAsync()
    {
        string readme = await File.ReadAllTextAsync(Path.Combine(Fixtures.RepositoryRoot, "README.md"));
        string[] commands = [.. Commands().Match(readme).Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('#')[0].Trim())];
        Unpacked = await Shell.RunAsync(_folder.Path, "bash", "-c", string.Join(" && ", commands[..^1]));
        await File.WriteAllTextAsync(Path.Combine(Emoji, "Program.cs"), Snippet().Match(readme).Groups[1].Value);
        Printed = await Shell.RunAsync(Emoji, "bash", "-c", commands[^1]);
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    [GeneratedRegex(@"From nothing to a trained.*?```\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Commands();

    [GeneratedRegex(@"<!-- examples/Quickstart/Program\.cs -->\n```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Snippet();
}

/// <summary>The packages are made, and the README is followed, once.</summary>
[CollectionDefinition(nameof(PackageUser))]
public sealed class SharedPackageUser : ICollectionFixture<PackageUser>;

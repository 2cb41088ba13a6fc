namespace WiseFt.Tests;

/// <summary>The code, as files.</summary>
internal static class Sources
{
    /// <summary>The .cs files of the repository's folders; what a build has made is left out.</summary>
    /// <param name="folders">Paths below the repository's top folder.</param>
    public static IEnumerable<string> In(params IEnumerable<string> folders) => folders
        .Select(folder => Path.Combine(Fixtures.RepositoryRoot, folder))
        .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj")));

    /// <summary>A path below the repository's top folder, with forward slashes.</summary>
    public static string Relative(string path) => Path.GetRelativePath(Fixtures.RepositoryRoot, path).Replace('\\', '/');
}

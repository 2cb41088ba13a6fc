namespace WiseFt.Tests;

/// <summary>Where the golden fixtures and the built-in data lie, whatever folder the tests run in.</summary>
internal static class Fixtures
{
    private static readonly string _root = FindRoot();

    /// <summary>The repository's top folder.</summary>
    public static string RepositoryRoot => _root;

    /// <summary>A file or folder below tests/Fixtures.</summary>
    public static string Path(string relative) => System.IO.Path.Combine(_root, "tests", "Fixtures", relative);

    /// <summary>A file or folder below examples/data: the starter model and the EmojiShift images.</summary>
    public static string Data(string relative) => System.IO.Path.Combine(_root, "examples", "data", relative);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "WiseFt.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds WiseFt.sln.");
    }
}

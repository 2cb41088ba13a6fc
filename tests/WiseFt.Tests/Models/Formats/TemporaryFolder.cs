namespace WiseFt.Tests;

/// <summary>A folder that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("wiseft-clip-").FullName;

    public string Path { get; }

    /// <summary>A folder with copies of a fixture's files, but for those of the expected results.</summary>
    public static TemporaryFolder CopyOf(string folder)
    {
        var copy = new TemporaryFolder();
        foreach (string file in Directory.GetFiles(folder).Where(f => !System.IO.Path.GetFileName(f).StartsWith("expected.", StringComparison.Ordinal)))
            File.Copy(file, copy.At(System.IO.Path.GetFileName(file)));
        return copy;
    }

    public string At(string name) => System.IO.Path.Combine(Path, name);

    public void Write(string name, string content) => File.WriteAllText(At(name), content);

    /// <summary>Changes a text file by replacing a part that must be there.</summary>
    public void Replace(string name, string from, string to)
    {
        string content = File.ReadAllText(At(name));
        content.Should().Contain(from);
        Write(name, content.Replace(from, to, StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

namespace WiseFt.Tests;

/// <summary>A folder that goes away with the test. Its name has a blank and an umlaut, as many real paths do.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("wiseft größe ").FullName;

    /// <summary>A folder with copies of a fixture's files, but for those of the expected results.</summary>
    public static TemporaryFolder CopyOf(string folder)
    {
        var copy = new TemporaryFolder();
        foreach (string file in Directory.GetFiles(folder))
        {
            string name = System.IO.Path.GetFileName(file);
            if (!name.StartsWith("expected.", StringComparison.Ordinal)) File.Copy(file, copy.At(name));
        }
        return copy;
    }

    /// <summary>A path below the folder; nothing needs to be there.</summary>
    public string At(params ReadOnlySpan<string> names) => System.IO.Path.Combine([Path, .. names]);

    /// <summary>Writes a file, and the folders that it lies in.</summary>
    public TemporaryFolder Write(string name, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(At(name))!);
        File.WriteAllBytes(At(name), content);
        return this;
    }

    /// <inheritdoc cref="Write(string, byte[])"/>
    public TemporaryFolder Write(string name, string content) => Write(name, System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>Changes a text file by replacing a part that must be there.</summary>
    public void Replace(string name, string from, string to)
    {
        string content = File.ReadAllText(At(name));
        if (!content.Contains(from, StringComparison.Ordinal)) throw new ArgumentException($"{name} has no {from}.", nameof(from));
        Write(name, content.Replace(from, to, StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

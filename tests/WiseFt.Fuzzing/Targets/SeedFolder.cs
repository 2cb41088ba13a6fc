namespace WiseFt.Fuzzing;

/// <summary>A folder for making seeds in, which goes away.</summary>
internal sealed class SeedFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("wiseft-seeds-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

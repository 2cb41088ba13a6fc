namespace WiseFt.ML.Tests;

/// <summary>A path in a folder of its own, which is deleted at the end.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wiseft-onnx").FullName;

    /// <summary>No file is there yet.</summary>
    public string Path => System.IO.Path.Combine(_folder, "model.onnx");

    /// <summary>What is in the folder.</summary>
    public string[] Siblings => Directory.GetFileSystemEntries(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

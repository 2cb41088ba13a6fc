using Microsoft.Build.Framework;

namespace WiseFt.Neighbours;

/// <summary>Writes a copy of Microsoft.ML.TorchSharp.dll that works on the TorchSharp which the application has.</summary>
public sealed class PatchMLTorchSharp : Microsoft.Build.Utilities.Task
{
    /// <summary>Microsoft.ML.TorchSharp.dll of the package; it is read and stays as it is.</summary>
    [Required]
    public string Assembly { get; set; } = "";

    /// <summary>Assemblies beside the application, TorchSharp.dll among them.</summary>
    [Required]
    public ITaskItem[] References { get; set; } = [];

    /// <summary>Where the copy is written. An assembly that needs no change is copied to the byte.</summary>
    [Required]
    public string Output { get; set; } = "";

    /// <inheritdoc />
    public override bool Execute()
    {
        try
        {
            using var assembly = new MLTorchSharpAssembly(Assembly, References.Select(r => r.ItemSpec));
            IReadOnlyList<string> changes = assembly.Patch();
            Replace(written =>
            {
                if (changes.Count > 0) assembly.Write(written);
                else File.Copy(Assembly, written, overwrite: true);
            });
            Report(changes);
        }
        catch (Exception e) when (e is NeighbourException or IOException or UnauthorizedAccessException)
        {
            Log.LogError(null, "WISEFT007", null, null, 0, 0, 0, 0, "{0}", e.Message);
        }
        return !Log.HasLoggedErrors;
    }

    /// <summary>Writes a new file in the place of the old one: the output folder may hold a hard link on that.</summary>
    private void Replace(Action<string> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Output)!);
        string unfinished = Output + ".unfinished";
        write(unfinished);
        // A copy keeps the package's time, which is before that of TorchSharp, and would be made again at every build.
        File.SetLastWriteTimeUtc(unfinished, DateTime.UtcNow);
        File.Delete(Output);
        File.Move(unfinished, Output);
    }

    private void Report(IReadOnlyList<string> changes)
    {
        if (changes.Count == 0) Log.LogMessage(MessageImportance.Low, "{0}", $"{Assembly} needs no change.");
        foreach (string change in changes) Log.LogMessage(MessageImportance.Low, "{0}", change);
        if (changes.Count > 0)
            Log.LogMessage(MessageImportance.Normal, "{0}", $"Changed {changes.Count} places of {Assembly} in the copy {Output}");
    }
}

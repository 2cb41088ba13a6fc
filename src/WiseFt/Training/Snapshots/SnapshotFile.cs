using System.Globalization;
using System.Text.Json;
using WiseFt.Files;
using static TorchSharp.torch;

namespace WiseFt.Training;

/// <summary>One snapshot on disk: a safetensors file with a SHA-256 over its content, so that damage of any kind shows.</summary>
internal static class SnapshotFile
{
    private const string RunKey = "wiseft.run", DigestKey = "wiseft.sha256", FormatKey = "wiseft.checkpoint", Format = "2";
    private const string Prefix = "step-", Extension = ".safetensors";

    /// <summary>The name of the snapshot after a number of steps.</summary>
    public static string Name(int steps) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{steps:00000000}{Extension}");

    /// <summary>The steps done at a snapshot; null for another file.</summary>
    public static int? Steps(string path)
    {
        string name = Path.GetFileName(path);
        return name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Extension, StringComparison.Ordinal) &&
            int.TryParse(
                name.AsSpan(Prefix.Length, Math.Max(0, name.Length - Prefix.Length - Extension.Length)), NumberStyles.None,
                CultureInfo.InvariantCulture, out int steps) ? steps : null;
    }

    /// <summary>Writes a snapshot, whole or not at all.</summary>
    public static void Write(string path, TrainingState state, TrainingIdentity identity)
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = state.Tensors().ToDictionary(t => t.Key, t => Host(t.Value), StringComparer.Ordinal);
        string run = JsonSerializer.Serialize(identity);
        SafetensorsFile.Write(
            path, tensors,
            new Dictionary<string, string> { [FormatKey] = Format, [RunKey] = run, [DigestKey] = TensorHash.Sha256(run, tensors) });
    }

    /// <summary>Opens a snapshot after checking all of its bytes.</summary>
    /// <exception cref="CheckpointException">It is damaged, or of another version.</exception>
    public static (SafetensorsFile File, TrainingIdentity Run) Open(string path)
    {
        try
        {
            return SafetensorsFile.Open(path).OrDispose(file =>
            {
                if (file.Metadata.GetValueOrDefault(FormatKey) is not Format)
                    throw new CheckpointException(
                        $"{path}: no checkpoint of this version (found " +
                        $"'{file.Metadata.GetValueOrDefault(FormatKey)}', expected '{Format}').");
                string run = file.Metadata.GetValueOrDefault(RunKey, "");
                using (Weights tensors = file.ReadAll())
                    if (file.Metadata.GetValueOrDefault(DigestKey) != TensorHash.Sha256(run, tensors))
                        throw new CheckpointException($"{path}: the content does not match its SHA-256; the file is damaged.");
                return (file, JsonSerializer.Deserialize<TrainingIdentity>(run)!);
            });
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new CheckpointException($"{path}: what the run is made of cannot be read: {e.Message}", e);
        }
    }

    private static Tensor Host(Tensor tensor) => tensor.detach().cpu().contiguous();
}

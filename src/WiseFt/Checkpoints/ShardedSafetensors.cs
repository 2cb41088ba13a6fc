using System.Text.Json;
using static TorchSharp.torch;

namespace WiseFt;

/// <summary>Safetensors files that an index (<c>model.safetensors.index.json</c>) joins to one state dict.</summary>
/// <remarks>Source: transformers, "Sharded checkpoints": <c>weight_map</c> gives the file of each tensor.</remarks>
internal sealed class ShardedSafetensors : ITensorFile
{
    private readonly Dictionary<string, SafetensorsFile> _shards = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafetensorsFile> _fileOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorEntry> _tensors = new(StringComparer.Ordinal);

    private ShardedSafetensors(string path) => Path = path;

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorEntry> Tensors => _tensors;

    /// <summary>Opens an index and every file that it names, all of which lie beside it.</summary>
    /// <exception cref="CheckpointException">The index is malformed, or a file or tensor that it names is not there.</exception>
    public static ShardedSafetensors Open(string indexPath)
    {
        var sharded = new ShardedSafetensors(indexPath);
        try
        {
            foreach (var (tensor, file) in ReadWeightMap(indexPath)) sharded.Add(tensor, file);
            return sharded;
        }
        catch
        {
            sharded.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Tensor Read(string name) => _fileOf.TryGetValue(name, out SafetensorsFile? file)
        ? file.Read(name)
        : throw new CheckpointException($"{Path}: there is no tensor '{name}' among {_tensors.Count}.");

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SafetensorsFile shard in _shards.Values) shard.Dispose();
    }

    private void Add(string tensor, string file)
    {
        if (System.IO.Path.GetFileName(file) != file || file is "." or "..")
            throw new CheckpointException($"{Path}: tensor '{tensor}' lies in '{file}'; expected the name of a file beside the index.");
        if (!_shards.TryGetValue(file, out SafetensorsFile? shard))
        {
            string path = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, file);
            if (!File.Exists(path)) throw new CheckpointException($"{Path} names {file}, which is not there. Fetch it into the same folder.");
            _shards.Add(file, shard = SafetensorsFile.Open(path));
        }
        if (!shard.Tensors.TryGetValue(tensor, out TensorEntry? entry))
            throw new CheckpointException($"{Path} says that {file} holds tensor '{tensor}', which it does not. Index and files do not belong together; fetch both again.");
        _tensors.Add(tensor, entry);
        _fileOf.Add(tensor, shard);
    }

    private static List<(string Tensor, string File)> ReadWeightMap(string indexPath)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(indexPath), new JsonDocumentOptions { AllowDuplicateProperties = false });
            return [.. document.RootElement.GetProperty("weight_map").EnumerateObject().Select(p => (p.Name, p.Value.GetString() ?? ""))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new CheckpointException($"{indexPath}: expected a JSON object with 'weight_map' ({e.Message}). Fetch it again.", e);
        }
    }
}

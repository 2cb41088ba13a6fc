using System.Text.Json;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Files;

/// <summary>Files that an index (<c>model.safetensors.index.json</c>,
/// <c>pytorch_model.bin.index.json</c>) joins to one state dict.</summary>
/// <remarks>Source: transformers, "Sharded checkpoints": <c>weight_map</c> gives the file of each tensor.</remarks>
internal sealed class ShardedTensors : ITensorFile, ITensorParts
{
    private readonly Dictionary<string, ITensorFile> _shards = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ITensorFile> _fileOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorInfo> _tensors = new(StringComparer.Ordinal);

    private ShardedTensors(string path) => Path = path;

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => _tensors;

    /// <summary>Opens an index and every file that it names, all of which lie beside it.</summary>
    /// <exception cref="CheckpointException">The index is malformed, or a file or tensor that it names is not there.</exception>
    public static ShardedTensors Open(string indexPath) => new ShardedTensors(indexPath).OrDispose(sharded =>
    {
        foreach (var (tensor, file) in ReadWeightMap(indexPath)) sharded.Add(tensor, file);
    });

    /// <inheritdoc/>
    public Tensor Read(string name) => FileOf(name).Read(name);

    /// <inheritdoc/>
    public void ReadPart(string name, long start, Span<byte> destination) => FileOf(name).ReadPart(name, start, destination);

    /// <inheritdoc/>
    public void CopyTo(IEnumerable<KeyValuePair<string, Tensor>> destinations)
    {
        foreach (var shard in destinations.GroupBy(d => FileOf(d.Key))) shard.Key.CopyTo(shard);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ITensorFile shard in _shards.Values) shard.Dispose();
    }

    private ITensorFile FileOf(string name) => _fileOf.TryGetValue(name, out ITensorFile? file)
        ? file
        : throw new CheckpointException($"{Path}: there is no tensor '{name}' among {_tensors.Count}.");

    private void Add(string tensor, string file)
    {
        if (System.IO.Path.GetFileName(file) != file || file is "." or "..")
            throw new CheckpointException($"{Path}: tensor '{tensor}' lies in '{file}'; expected the name of a file beside the index.");
        if (!_shards.TryGetValue(file, out ITensorFile? shard)) _shards.Add(file, shard = OpenShard(file));
        if (!shard.Tensors.TryGetValue(tensor, out TensorInfo? entry))
            throw new CheckpointException(
                $"{Path} says that {file} holds tensor '{tensor}', which it does not. " +
                "Index and files do not belong together; fetch both again.");
        _tensors.Add(tensor, entry);
        _fileOf.Add(tensor, shard);
    }

    private ITensorFile OpenShard(string file)
    {
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!, path = System.IO.Path.Combine(folder, file);
        if (!File.Exists(path)) throw new CheckpointException($"{Path} names {file}, which is not there. Fetch it into the same folder.");
        RequireInside(folder, path);
        return TensorFile.Open(path);
    }

    // The Hugging Face cache keeps files in blobs/ and links to them from snapshots/REVISION/; any other link leads out of the model.
    private void RequireInside(string folder, string path)
    {
        if (File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName is not { } target) return;
        string blobs = System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, "..", "..", "blobs"));
        if (System.IO.Path.GetDirectoryName(target) is { } home && (home == folder || home == blobs)) return;
        throw new CheckpointException(
            $"{Path} names {System.IO.Path.GetFileName(path)}, which is a link to {target}, outside of the model's folder. " +
            "Put the file itself into the folder.");
    }

    private static List<(string Tensor, string File)> ReadWeightMap(string indexPath)
    {
        try
        {
            using var document = JsonDocument.Parse(
                File.ReadAllBytes(RegularFile.Require(indexPath)), new JsonDocumentOptions { AllowDuplicateProperties = false });
            return [.. document.RootElement.GetProperty("weight_map").EnumerateObject().Select(p => (p.Name, p.Value.GetString() ?? ""))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new CheckpointException($"{indexPath}: expected a JSON object with 'weight_map' ({e.Message}). Fetch it again.", e);
        }
    }
}

using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Text;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Ensembling;

/// <summary>A file whose tensors are hashed as they are read, for the provenance of what is made of them. Owns the file.</summary>
/// <remarks>XXH128, which is as fast as memory: it tells files apart, and is no proof against forgers.</remarks>
internal sealed class HashedTensors(ITensorFile file) : ITensorFile, ITensorParts
{
    /// <summary>How many digits a hash has.</summary>
    public const int Digits = 32;

    private readonly ConcurrentDictionary<string, Progress> _hashes = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Path => file.Path;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => file.Tensors;

    /// <inheritdoc/>
    public Tensor Read(string name) => file.Read(name).OrDispose(tensor => Add(name, 0, tensor));

    /// <inheritdoc/>
    public void ReadPart(string name, long start, Tensor destination)
    {
        file.ReadPart(name, start, destination);
        Add(name, start, destination);
    }

    /// <inheritdoc/>
    public void CopyTo(IEnumerable<KeyValuePair<string, Tensor>> destinations) => file.CopyTo(destinations);

    /// <summary>The hash of all that was read: each tensor's name, type, shape and numbers, in the names' order; hexadecimal digits.
    /// </summary>
    public string Hash()
    {
        var hash = new XxHash128();
        foreach (var (name, progress) in _hashes.OrderBy(h => h.Key, StringComparer.Ordinal))
        {
            hash.Append(Encoding.UTF8.GetBytes($"{Tensors[name]}\n"));
            hash.Append(progress.Hash.GetCurrentHash());
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    // Parts come in their order; what is read a second time is hashed already.
    private void Add(string name, long start, Tensor part)
    {
        Progress progress = _hashes.GetOrAdd(name, _ => new Progress());
        if (progress.Count != start) return;
        foreach (Memory<byte> piece in part.BytePieces()) progress.Hash.Append(piece.Span);
        progress.Count += part.numel();
    }

    private sealed class Progress
    {
        public XxHash128 Hash { get; } = new();

        public long Count { get; set; }
    }
}

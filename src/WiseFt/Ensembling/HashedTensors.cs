using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Text;
using TorchSharp;
using WiseFt.Merging;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Ensembling;

/// <summary>A file whose tensors are hashed as they are read, for the provenance of what is made of them. Owns the file.</summary>
/// <remarks>XXH128, which is as fast as memory: it tells files apart, and is no proof against forgers.</remarks>
internal sealed class HashedTensors(ITensorFile file) : ITensorFile, ITensorParts
{
    /// <summary>How many digits a hash has.</summary>
    public const int Digits = 32;

    private const int BlockLength = MergeStream.BlockLength;

    // The hashes of each tensor's blocks, by number.
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<long, byte[]>> _blocks = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Path => file.Path;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => file.Tensors;

    /// <inheritdoc/>
    public Tensor Read(string name) => file.Read(name).OrDispose(tensor =>
    {
        long block = 0;
        int length = BlockLength * tensor.dtype.ElementSize();
        foreach (Memory<byte> chunk in tensor.ByteChunks())
            for (int start = 0; start < chunk.Length; start += length)
                Add(name, block++, chunk.Span[start..Math.Min(start + length, chunk.Length)]);
    });

    /// <inheritdoc/>
    /// <remarks>Parts are blocks of <see cref="BlockLength"/> numbers, or the rest after the last.</remarks>
    public void ReadPart(string name, long start, Span<byte> destination)
    {
        file.ReadPart(name, start, destination);
        if (start % BlockLength == 0) Add(name, start / BlockLength, destination);
    }

    /// <inheritdoc/>
    public void CopyTo(IEnumerable<KeyValuePair<string, Tensor>> destinations) => file.CopyTo(destinations);

    /// <summary>The hash of all that was read: each tensor's name, type, shape and blocks, in the names' order; hexadecimal digits.
    /// </summary>
    public string Hash()
    {
        var hash = new XxHash128();
        foreach (var (name, blocks) in _blocks.OrderBy(h => h.Key, StringComparer.Ordinal))
        {
            hash.Append(Encoding.UTF8.GetBytes($"{Tensors[name]}\n"));
            foreach (var (_, block) in blocks.OrderBy(b => b.Key)) hash.Append(block);
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    // What is read a second time is hashed already.
    private void Add(string name, long block, ReadOnlySpan<byte> numbers)
    {
        ConcurrentDictionary<long, byte[]> blocks = _blocks.GetOrAdd(name, _ => new());
        if (!blocks.ContainsKey(block)) blocks[block] = XxHash128.Hash(numbers);
    }
}

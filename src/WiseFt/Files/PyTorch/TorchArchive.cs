using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using TorchSharp;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Files;

/// <summary>A file of PyTorch: <c>torch.save</c> of a state dict, in the zip format or the older one, or a TorchScript archive.</summary>
/// <remarks>
/// The kind is recognised by content, not by the file's extension. Nothing in the file is executed: its pickle is read by a reader that
/// knows tensors, numbers, texts and their containers, and refuses everything else by name. Opening reads no tensor data.
/// </remarks>
public sealed class TorchArchive : ITensorFile, ITensorParts
{
    internal const int MaximumPickleLength = 64 << 20;

    /// <summary>
    /// Views may overlap and compressed data expands, so a small file can describe more numbers than any memory holds. Weights shared by
    /// a few layers stay far below this multiple of the file's length.
    /// </summary>
    private const int MaximumExpansion = 16;

    private const long ExpansionAllowance = 16 << 20;

    private readonly ArchiveFile _file;
    private readonly TorchContents _contents;
    private readonly IReadOnlyDictionary<string, PickleTensor> _views;
    private readonly Lock _inflating = new();
    private readonly ConcurrentDictionary<string, bool> _compared = new(StringComparer.Ordinal); // storages whose checksum was right
    private readonly Dictionary<string, Tensor> _inflated = new(StringComparer.Ordinal);
    private bool _disposed;

    private TorchArchive(ArchiveFile file, TorchContents contents, StateDictNames names)
    {
        (_file, _contents, _views, Notes, HasChosen) = (file, contents, names.Tensors, names.Notes, names.HasChosen);
        Tensors = _views.ToFrozenDictionary(
            v => v.Key, v => new TensorInfo(v.Key, v.Value.Storage.Type, v.Value.Shape), StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public string Path => _file.Path;

    /// <summary>The model's tensors by name, without the wrappers around the state dict and the prefixes of its names.</summary>
    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    /// <summary>Which wrappers were opened, which prefixes removed and which entries left out, one sentence each;
    /// empty for a plain state dict.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Whether the model is the dict that was asked for by name.</summary>
    internal bool HasChosen { get; }

    /// <summary>Opens a file and checks everything but the tensor data.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointException">It is no PyTorch file, is damaged, holds no tensors,
    /// or asks for something other than tensors.</exception>
    public static TorchArchive Open(string path) => Open(path, stateDict: null);

    /// <summary>Opens a file that may hold several models.</summary>
    /// <inheritdoc cref="Open(string)" path="/exception"/>
    /// <param name="path">The file.</param>
    /// <param name="stateDict">Name of the dict that holds the model, as training scripts have several
    /// (<c>teacher</c>, <c>ema.module</c>). Null: the one that is there.</param>
    public static TorchArchive Open(string path, string? stateDict)
    {
        Check.NotBlank(path);
        return ArchiveFile.Open(path).OrDispose(file =>
        {
            byte[] head = file.Read(0, (int)Math.Min(file.Length, TorchFormats.HeadLength));
            TorchContents contents = TorchZipFormat.Recognises(head) ? TorchZipFormat.Read(file)
                : TorchLegacyFormat.Recognises(head) ? TorchLegacyFormat.Read(file)
                : throw new CheckpointException($"{path}: {TorchFormats.Describe(head)}");
            StateDictNames names = StateDictNames.Find(contents.Root, path, stateDict);
            RequireBacked(file, contents, names.Tensors);
            return new TorchArchive(file, contents, names);
        });
    }

    /// <summary>Whether a file begins like one that <see cref="Open(string)"/> reads.</summary>
    /// <param name="path">An existing file.</param>
    internal static bool Recognises(string path)
    {
        using ArchiveFile file = ArchiveFile.Open(path);
        byte[] head = file.Read(0, (int)Math.Min(file.Length, TorchFormats.HeadLength));
        return TorchZipFormat.Recognises(head) || TorchLegacyFormat.Recognises(head);
    }

    /// <inheritdoc/>
    public Tensor Read(string name)
    {
        PickleTensor view = View(name);
        return empty([.. view.Shape], dtype: view.Storage.Type).OrDispose(tensor => Fill(tensor, view, name));
    }

    /// <inheritdoc/>
    void ITensorParts.ReadPart(string name, long start, Span<byte> destination)
    {
        PickleTensor view = View(name);
        StorageRegion region = _contents.Regions[view.Storage.Key];
        if (view.IsContiguous && !region.IsDeflated && !_contents.BigEndian)
        {
            Compare(view.Storage.Key, region);
            _file.Read(region.Offset + (view.Offset + start) * view.Storage.Type.ElementSize(), destination);
            if (Finite.IndexOfNone(destination, view.Storage.Type) >= 0) throw _file.NotFinite(name);
            return;
        }
        using Tensor whole = Read(name);
        whole.CopyPart(start, destination);
    }

    /// <inheritdoc/>
    public void CopyTo(IEnumerable<KeyValuePair<string, Tensor>> destinations) => ParallelReading.ForEach(destinations, d =>
    {
        PickleTensor view = View(d.Key);
        TensorMatch.RequireFit(Tensors[d.Key], d.Value);
        d.Value.Fill(plain => Fill(plain, view, d.Key));
    });

    /// <summary>Closes the file. May be called again.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        foreach (Tensor tensor in _inflated.Values) tensor.Dispose();
        _file.Dispose();
    }

    private PickleTensor View(string name)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _views.TryGetValue(name, out PickleTensor? view)
            ? view
            : throw new CheckpointException(
                $"{Path}: there is no tensor '{name}' among {Tensors.Count} (first: " +
                $"{Listed.First(Tensors.Keys.Order(StringComparer.Ordinal))}).");
    }

    /// <summary>Fills a plain tensor of the view's type and shape.</summary>
    private void Fill(Tensor tensor, PickleTensor view, string name)
    {
        if (view.Count == 0) return;
        StorageRegion region = _contents.Regions[view.Storage.Key];
        if (view.IsContiguous && !region.IsDeflated && !_contents.BigEndian)
        {
            ReadPlain(tensor, view, region, name);
            return;
        }
        Compare(view.Storage.Key, region);
        if (view.IsContiguous) ReadExtent(tensor, view, region);
        else
        {
            using Tensor flat = empty([view.Extent], dtype: view.Storage.Type);
            ReadExtent(flat, view, region);
            using Tensor strided = flat.as_strided([.. view.Shape], [.. view.Strides]);
            tensor.copy_(strided);
        }
        if (!Finite.IsFinite(tensor)) throw _file.NotFinite(name);
    }

    /// <summary>Reads numbers as they lie in the file; where they are a whole storage, its checksum on the way.</summary>
    private void ReadPlain(Tensor tensor, PickleTensor view, StorageRegion region, string name)
    {
        bool isWhole = view.ByteLength == region.Length;
        if (!isWhole) Compare(view.Storage.Key, region);
        var checksum = new Crc32();
        _file.Read(region.Offset + view.Offset * view.Storage.Type.ElementSize(), tensor, name, isWhole ? checksum : null);
        if (isWhole) Require(checksum, region, view.Storage.Key);
    }

    /// <summary>Compares the checksum of a storage of which parts are read, once.</summary>
    private void Compare(string key, StorageRegion region)
    {
        if (region.IsDeflated || region.Checksum == 0 || _compared.ContainsKey(key)) return;
        var checksum = new Crc32();
        byte[] buffer = new byte[TensorBytes.PieceLength];
        for (long done = 0; done < region.Length; done += buffer.Length)
        {
            Span<byte> piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, region.Length - done));
            _file.Read(region.Offset + done, piece);
            checksum.Append(piece);
        }
        Require(checksum, region, key);
        _compared.TryAdd(key, true);
    }

    private void Require(Crc32 checksum, StorageRegion region, string key)
    {
        if (region.Checksum != 0 && checksum.GetCurrentHashAsUInt32() != region.Checksum) throw WrongChecksum(Path, $"data/{key}");
    }

    /// <summary>Fills a plain tensor with the part of a storage from a view's first element to its last.</summary>
    private void ReadExtent(Tensor tensor, PickleTensor view, StorageRegion region)
    {
        int width = view.Storage.Type.ElementSize();
        if (region.IsDeflated)
        {
            using Tensor part = Inflated(view.Storage, region).narrow(0, view.Offset, view.Extent), flat = tensor.view(-1);
            flat.copy_(part);
        }
        else
        {
            long offset = region.Offset + view.Offset * width;
            foreach (Memory<byte> chunk in tensor.ByteChunks())
            {
                _file.Read(offset, chunk.Span);
                offset += chunk.Length;
            }
        }
        if (_contents.BigEndian) ReverseBytes(tensor, width);
    }

    // Kept until the archive is closed: many tensors may view one storage.
    private Tensor Inflated(PickleStorage storage, StorageRegion region)
    {
        lock (_inflating)
        {
            if (_inflated.TryGetValue(storage.Key, out Tensor? known)) return known;
            Tensor whole = empty([storage.Count], dtype: storage.Type).DetachFromDisposeScope().OrDispose(tensor =>
            {
                using var inflated = new InflatedEntry(_file, storage.Key, region.Offset, region.StoredLength, region.Length);
                var checksum = new Crc32();
                foreach (Memory<byte> chunk in tensor.ByteChunks())
                {
                    inflated.Fill(chunk.Span);
                    checksum.Append(chunk.Span);
                }
                Require(checksum, region, storage.Key);
            });
            _inflated.Add(storage.Key, whole);
            return whole;
        }
    }

    /// <summary>What is said of an entry whose bits have changed.</summary>
    internal static CheckpointException WrongChecksum(string path, string entry) =>
        new($"{path}: entry '{entry}' does not have the checksum that it was written with. The file is damaged; fetch it again.");

    private static void ReverseBytes(Tensor tensor, int width)
    {
        foreach (Memory<byte> chunk in tensor.ByteChunks())
            switch (width)
            {
                case 2: Reverse<short>(chunk.Span, BinaryPrimitives.ReverseEndianness); break;
                case 4: Reverse<int>(chunk.Span, BinaryPrimitives.ReverseEndianness); break;
                case 8: Reverse<long>(chunk.Span, BinaryPrimitives.ReverseEndianness); break;
            }
    }

    private static void Reverse<T>(Span<byte> bytes, ReverseAll<T> reverse) where T : struct
    {
        Span<T> numbers = MemoryMarshal.Cast<byte, T>(bytes);
        reverse(numbers, numbers);
    }

    private static void RequireBacked(ArchiveFile file, TorchContents contents, IReadOnlyDictionary<string, PickleTensor> tensors)
    {
        long limit = file.Length * MaximumExpansion + ExpansionAllowance;
        long total = 0;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, tensor) in tensors)
        {
            PickleStorage storage = tensor.Storage;
            if (!contents.Regions.TryGetValue(storage.Key, out StorageRegion? region))
                throw new CheckpointException(
                    $"{file.Path}: the data of tensor '{name}', storage '{storage.Key}', is missing. " +
                    "The file is truncated or damaged; fetch it again.");
            if (region.Length != storage.ByteLength)
                throw new CheckpointException(
                    $"{file.Path}: storage '{storage.Key}' of tensor '{name}' has {region.Length} bytes where {storage.ByteLength} are " +
                    "expected. The file is damaged; fetch it again.");
            total += Math.Max(tensor.ByteLength, tensor.Extent * storage.Type.ElementSize());
            if (region.IsDeflated && seen.Add(storage.Key)) total += region.Length;
            if (total > limit)
                throw new CheckpointException(
                    $"{file.Path}: its tensors would take more than {limit} bytes, from a file of {file.Length}. " +
                    "It is damaged, or made to exhaust memory.");
        }
    }

    private delegate void ReverseAll<T>(ReadOnlySpan<T> source, Span<T> destination);
}

/// <summary>Where the bytes of a storage lie in the file.</summary>
/// <param name="Offset">The first byte.</param>
/// <param name="StoredLength">How many bytes it takes in the file.</param>
/// <param name="Length">How many bytes it has once inflated.</param>
/// <param name="IsDeflated">Whether it is compressed.</param>
/// <param name="Checksum">CRC-32 of its bytes once inflated; 0 where there is none, as in files older than the zip format.</param>
internal sealed record StorageRegion(long Offset, long StoredLength, long Length, bool IsDeflated, uint Checksum = 0);

/// <summary>A torch archive taken apart: what its pickle describes, and where its storages lie.</summary>
/// <param name="Root">The pickle's value.</param>
/// <param name="Regions">The storages by key.</param>
/// <param name="BigEndian">Whether numbers in the storages have their most significant byte first.</param>
internal sealed record TorchContents(object? Root, IReadOnlyDictionary<string, StorageRegion> Regions, bool BigEndian);

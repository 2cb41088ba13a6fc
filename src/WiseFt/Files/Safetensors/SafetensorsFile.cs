using System.Buffers.Binary;
using TorchSharp;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Files;

/// <summary>A safetensors file: named tensors, read one at a time.</summary>
/// <remarks>Format: huggingface/safetensors. Opening reads the header only and checks all of it; nothing in the file is executed. Read by
/// position and not mapped into memory: a file that becomes shorter meanwhile is an exception, not the end of the process.</remarks>
public sealed class SafetensorsFile : ITensorFile, ITensorParts
{
    private readonly SafetensorsHeader _header;
    private readonly ArchiveFile _file;
    private readonly long _dataStart;
    private bool _disposed;

    private SafetensorsFile(ArchiveFile file, SafetensorsHeader header, long dataStart) =>
        (_file, _header, _dataStart) = (file, header, dataStart);

    /// <inheritdoc/>
    public string Path => _file.Path;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => _header.Tensors;

    /// <summary>The free text that the file carries beside its tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointException">It is not a whole safetensors file, or cannot be opened.</exception>
    public static SafetensorsFile Open(string path)
    {
        Check.NotBlank(path);
        return ArchiveFile.Open(path).OrDispose(file =>
        {
            byte[] prefix = file.Read(0, (int)Math.Min(file.Length, SafetensorsHeader.LengthPrefix));
            byte[] json = file.Read(SafetensorsHeader.LengthPrefix, SafetensorsHeader.JsonLength(prefix, file.Length, path));
            long dataStart = SafetensorsHeader.LengthPrefix + json.Length;
            return new SafetensorsFile(file, SafetensorsHeader.Parse(json, file.Length - dataStart, path), dataStart);
        });
    }

    /// <inheritdoc/>
    public Tensor Read(string name)
    {
        TensorInfo entry = Entry(name);
        return empty([.. entry.Shape], dtype: entry.Type).OrDispose(tensor => CopyTo(tensor, name, _header.Offsets[name]));
    }

    /// <inheritdoc/>
    void ITensorParts.ReadPart(string name, long start, Span<byte> destination)
    {
        TensorInfo entry = Entry(name);
        _file.Read(_dataStart + _header.Offsets[name] + start * entry.Type.ElementSize(), destination);
        if (Finite.IndexOfNone(destination, entry.Type) >= 0) throw _file.NotFinite(name);
    }

    /// <inheritdoc/>
    public void CopyTo(IEnumerable<KeyValuePair<string, Tensor>> destinations) => ParallelReading.ForEach(destinations, d =>
    {
        TensorMatch.RequireFit(Entry(d.Key), d.Value);
        d.Value.Fill(plain => CopyTo(plain, d.Key, _header.Offsets[d.Key]));
    });

    /// <summary>Reads some rows of a tensor, in the order that is asked for, without touching the others.</summary>
    internal Tensor ReadRows(string name, IReadOnlyList<int> rows)
    {
        TensorInfo entry = Entry(name);
        long rowLength = entry.ByteLength / entry.Shape[0];
        return empty([rows.Count, .. entry.Shape.AsSpan()[1..]], dtype: entry.Type).OrDispose(result =>
        {
            for (int i = 0; i < rows.Count; i++)
            {
                using Tensor row = result.select(0, i);
                CopyTo(row, name, _header.Offsets[name] + Check.InRange(rows[i], 0L, entry.Shape[0] - 1) * rowLength);
            }
        });
    }

    /// <summary>Reads every tensor.</summary>
    public Weights ReadAll() => Weights.ReadAll(this);

    /// <summary>Writes tensors to a file, which appears whole or not at all.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="tensors">Name and tensor; non-contiguous and GPU tensors are copied on their way.</param>
    /// <param name="metadata">Free text to carry along.</param>
    /// <exception cref="NotFiniteNumberException">A number is NaN or infinite; nothing is written.</exception>
    public static void Write(
        string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata));

    /// <summary>Writes tensors to a stream in safetensors format.</summary>
    /// <inheritdoc cref="Write(string, IReadOnlyDictionary{string, Tensor}, IReadOnlyDictionary{string, string})" path="/exception"/>
    /// <param name="stream">Where to write; it is left open.</param>
    /// <param name="tensors">Name and tensor.</param>
    /// <param name="metadata">Free text to carry along.</param>
    public static void Write(
        Stream stream, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        Write(stream, tensors.Select(t => TensorInfo.Of(t.Key, t.Value)), name => tensors[name].alias(), metadata);
    }

    /// <summary>Writes tensors that are made one after the other, so that one is in memory at a time.</summary>
    /// <param name="stream">Where to write; it is left open.</param>
    /// <param name="tensors">What there will be.</param>
    /// <param name="make">Makes a tensor of that name, type and shape; it is disposed when it is written.</param>
    /// <param name="metadata">Free text to carry along.</param>
    internal static void Write(
        Stream stream, IEnumerable<TensorInfo> tensors, Func<string, Tensor> make, IReadOnlyDictionary<string, string>? metadata)
    {
        TensorInfo[] entries = InOrder(tensors);
        WriteHeader(stream, entries, metadata);
        foreach (TensorInfo entry in entries)
        {
            using Tensor tensor = make(entry.Name);
            WriteData(stream, tensor, entry.Name);
        }
    }

    /// <summary>The order in which tensors lie in a file: wide types first, as the reference writer has it, so that every tensor is
    /// aligned to its element size.</summary>
    internal static TensorInfo[] InOrder(IEnumerable<TensorInfo> tensors) =>
        [.. tensors.OrderByDescending(e => e.Type.ElementSize()).ThenBy(e => e.Name, StringComparer.Ordinal)];

    /// <summary>Writes what comes before the numbers.</summary>
    /// <param name="stream">Where to write.</param>
    /// <param name="entries">What there will be, <see cref="InOrder"/>.</param>
    /// <param name="metadata">Free text to carry along.</param>
    internal static void WriteHeader(
        Stream stream, IReadOnlyList<TensorInfo> entries, IReadOnlyDictionary<string, string>? metadata)
    {
        byte[] header = SafetensorsHeader.Write([.. entries], metadata);
        Span<byte> length = stackalloc byte[SafetensorsHeader.LengthPrefix];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
    }

    /// <summary>Closes the file. May be called again.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _file.Dispose();
    }

    private TensorInfo Entry(string name)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Tensors.TryGetValue(name, out TensorInfo? entry)
            ? entry
            : throw new CheckpointException(
                $"{Path}: there is no tensor '{name}' among {Tensors.Count} (first: " +
                $"{Listed.First(Tensors.Keys.Order(StringComparer.Ordinal))}).");
    }

    private void CopyTo(Tensor tensor, string name, long begin) => _file.Read(_dataStart + begin, tensor, name);

    /// <summary>Writes a tensor's numbers, or some of them.</summary>
    internal static void WriteData(Stream stream, Tensor tensor, string name)
    {
        using var scope = NewDisposeScope();
        Tensor host = tensor.detach().cpu().contiguous();
        foreach (Memory<byte> piece in host.BytePieces())
        {
            if (Finite.IndexOfNone(piece.Span, host.dtype) >= 0)
                throw new NotFiniteNumberException($"The weights cannot be saved: {Finite.Message(name)}");
            stream.Write(piece.Span);
        }
    }
}

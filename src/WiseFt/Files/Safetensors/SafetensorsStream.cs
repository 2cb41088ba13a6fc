using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Files;

/// <summary>A stream that can fill many buffers at once, faster than one after the other.</summary>
internal interface IScatterReader
{
    /// <summary>Fills the buffers, in their order, with the stream's next bytes.</summary>
    /// <param name="buffers">The buffers.</param>
    /// <param name="look">Gets each piece of a buffer as soon as it is filled, with the buffer's number, on any thread.</param>
    /// <exception cref="EndOfStreamException">The stream ends first.</exception>
    void ReadExactly(IReadOnlyList<Memory<byte>> buffers, Action<int, Memory<byte>> look);
}

/// <summary>A safetensors file in a stream that may not be seekable:
/// the header first, then all tensors, once, in the order of their data.</summary>
internal sealed class SafetensorsStream : ITensorSource
{
    private readonly Stream _stream;
    private readonly SafetensorsHeader _header;
    private readonly string _name;

    private SafetensorsStream(Stream stream, SafetensorsHeader header, string name) => (_stream, _header, _name) = (stream, header, name);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => _header.Tensors;

    /// <summary>Reads the header and checks all of it.</summary>
    /// <param name="stream">A stream at the first byte of a safetensors file; it stays the caller's.</param>
    /// <param name="length">How many bytes the file has.</param>
    /// <param name="name">What to call the stream in messages.</param>
    /// <exception cref="CheckpointException">It is not a whole safetensors file.</exception>
    public static SafetensorsStream Open(Stream stream, long length, string name)
    {
        byte[] prefix = new byte[Math.Min(length, SafetensorsHeader.LengthPrefix)];
        int found = stream.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false);
        byte[] json = new byte[SafetensorsHeader.JsonLength(prefix.AsSpan(0, found), length, name)];
        if (stream.ReadAtLeast(json, json.Length, throwOnEndOfStream: false) < json.Length)
            throw new CheckpointException($"{name}: the data ends inside the header. The file is truncated.");
        return new SafetensorsStream(
            stream, SafetensorsHeader.Parse(json, length - SafetensorsHeader.LengthPrefix - json.Length, name), name);
    }

    /// <summary>Reads every tensor.</summary>
    /// <param name="destinations">Tensors of just these names, types and shapes.</param>
    /// <exception cref="WeightMismatchException">They are not.</exception>
    /// <exception cref="CheckpointException">The data ends before the tensors do.</exception>
    public void CopyTo(IEnumerable<KeyValuePair<string, Tensor>> destinations)
    {
        Dictionary<string, Tensor> byName = destinations.ToDictionary(StringComparer.Ordinal);
        TensorMatch.RequireSame(TensorInfo.Of(byName), Tensors, "model", _name);
        using IDisposable grad = no_grad();
        KeyValuePair<string, Tensor>[] inOrder = [.. InOrder().Select(e => KeyValuePair.Create(e.Name, byName[e.Name]))];
        if (_stream is IScatterReader scatter && inOrder.All(t => t.Value.IsPlain())) ReadAtOnce(scatter, inOrder);
        else
            foreach (var (name, tensor) in inOrder)
            {
                tensor.Fill(Read);
                if (!Finite.IsFinite(tensor)) throw NotFinite(name);
            }
    }

    private void ReadAtOnce(IScatterReader scatter, KeyValuePair<string, Tensor>[] tensors)
    {
        (string Name, ScalarType Type, Memory<byte> Bytes)[] chunks =
            [.. tensors.SelectMany(t => t.Value.ByteChunks().Select(chunk => (t.Key, t.Value.dtype, chunk)))];
        int first = int.MaxValue;
        var found = new Lock();
        Read(() => scatter.ReadExactly([.. chunks.Select(c => c.Bytes)], (i, piece) =>
        {
            if (Finite.IndexOfNone(piece.Span, chunks[i].Type) < 0) return;
            lock (found) first = Math.Min(first, i);
        }));
        if (first < chunks.Length) throw NotFinite(chunks[first].Name);
    }

    private CheckpointException NotFinite(string name) => new($"{_name}: {Finite.Message(name)}");

    private IEnumerable<TensorInfo> InOrder() => _header.Tensors.Values.OrderBy(e => _header.Offsets[e.Name]).ThenBy(e => e.ByteLength);

    private void Read(Tensor tensor) => Read(() =>
    {
        foreach (Memory<byte> chunk in tensor.ByteChunks()) _stream.ReadExactly(chunk.Span);
    });

    private void Read(Action read)
    {
        try
        {
            read();
        }
        catch (EndOfStreamException e)
        {
            throw new CheckpointException($"{_name}: the data ends before its tensors do. The file is truncated.", e);
        }
    }
}

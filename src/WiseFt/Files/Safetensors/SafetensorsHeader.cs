using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Files;

/// <summary>The JSON header of a safetensors file: what lies where.</summary>
/// <remarks>Format: huggingface/safetensors README, "Format"; the checks are those of its <c>tensor.rs</c>: at most 100,000,000 bytes,
/// no name twice, data without gap or overlap from the first byte to the last.</remarks>
internal sealed record SafetensorsHeader(
    IReadOnlyDictionary<string, TensorInfo> Tensors, IReadOnlyDictionary<string, long> Offsets,
    IReadOnlyDictionary<string, string> Metadata)
{
    public const int LengthPrefix = 8;
    public const long MaximumLength = 100_000_000;

    /// <summary>The names of the types that can be read.</summary>
    public static FrozenDictionary<string, ScalarType> Types { get; } = new Dictionary<string, ScalarType>(StringComparer.Ordinal)
    {
        ["F64"] = ScalarType.Float64, ["F32"] = ScalarType.Float32, ["F16"] = ScalarType.Float16, ["BF16"] = ScalarType.BFloat16,
        ["I64"] = ScalarType.Int64, ["I32"] = ScalarType.Int32, ["I16"] = ScalarType.Int16, ["I8"] = ScalarType.Int8,
        ["U8"] = ScalarType.Byte, ["BOOL"] = ScalarType.Bool,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<ScalarType, string> _names = Types.ToFrozenDictionary(t => t.Value, t => t.Key);

    /// <summary>How many bytes of JSON follow the length, if the file can hold them.</summary>
    /// <param name="prefix">The file's first eight bytes, or what there is of them.</param>
    /// <param name="fileLength">How many bytes the file has.</param>
    /// <param name="path">The file, for messages.</param>
    public static int JsonLength(ReadOnlySpan<byte> prefix, long fileLength, string path)
    {
        if (prefix.Length < LengthPrefix)
            throw new CheckpointException(
                $"{path}: {fileLength} bytes are too few for a safetensors file. It is empty or truncated; fetch it again.");
        if (prefix[..LengthPrefix].IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0) // as a length it would be some 10^18 bytes
            throw new CheckpointException(
                $"{path}: the file begins with the text '{Encoding.ASCII.GetString(prefix[..LengthPrefix])}', " +
                "as no safetensors file does. It is of another format, or an answer that was saved in its place; fetch it again.");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        long limit = Math.Min(MaximumLength, fileLength - LengthPrefix);
        return length <= (ulong)limit ? (int)length : throw new CheckpointException(
            $"{path}: a safetensors header of {length} bytes is announced where at most {limit} are possible. " +
            "The file is truncated, damaged or of another format.");
    }

    /// <summary>Parses and checks a header.</summary>
    /// <param name="json">The header's bytes, without the length before them.</param>
    /// <param name="dataLength">How many bytes of tensor data follow.</param>
    /// <param name="path">The file, for messages.</param>
    public static SafetensorsHeader Parse(ReadOnlyMemory<byte> json, long dataLength, string path)
    {
        try
        {
            return Of(new SafetensorsHeaderReader(json.Span, path), dataLength, path);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new CheckpointException(
                $"{path}: the safetensors header is malformed ({e.Message}). The file is damaged or of another format; fetch it again.", e);
        }
    }

    /// <summary>The header of tensors laid out one after the other in the given order.</summary>
    public static byte[] Write(IEnumerable<TensorInfo> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal)) json.WriteString(key, value);
                json.WriteEndObject();
            }
            long offset = 0;
            foreach (TensorInfo tensor in tensors) offset = WriteEntry(json, tensor, offset);
            json.WriteEndObject();
        }
        int padding = (int)(-buffer.Length & 7);
        buffer.Write("       "u8[..padding]);
        return buffer.ToArray();
    }

    private static long WriteEntry(Utf8JsonWriter json, TensorInfo tensor, long offset)
    {
        if (!_names.TryGetValue(tensor.Type, out string? type))
            throw new ArgumentException(
                $"Safetensors cannot hold '{tensor.Name}' of type {tensor.Type}; it holds {string.Join(", ", _names.Keys)}.");
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", type);
        json.WriteStartArray("shape");
        foreach (long extent in tensor.Shape) json.WriteNumberValue(extent);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset + tensor.ByteLength);
        json.WriteEndArray();
        json.WriteEndObject();
        return offset + tensor.ByteLength;
    }

    private static SafetensorsHeader Of(SafetensorsHeaderReader reader, long dataLength, string path)
    {
        var (tensors, metadata) = reader.Read();
        var infos = new Dictionary<string, TensorInfo>(tensors.Count, StringComparer.Ordinal);
        var offsets = new Dictionary<string, long>(tensors.Count, StringComparer.Ordinal);
        foreach (var (tensor, begin, _) in tensors)
        {
            if (!infos.TryAdd(tensor.Name, tensor)) throw new JsonException($"'{tensor.Name}' is there twice");
            offsets.Add(tensor.Name, begin);
        }
        RequireGapless(tensors, dataLength, path);
        return new SafetensorsHeader(infos, offsets, metadata);
    }

    private static void RequireGapless(List<(TensorInfo Entry, long Begin, long End)> tensors, long dataLength, string path)
    {
        long end = 0;
        tensors.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        foreach (var tensor in tensors)
        {
            if (tensor.Begin != end)
                throw new CheckpointException(
                    $"{path}: tensor '{tensor.Entry.Name}' begins at byte {tensor.Begin} where {end} was expected: " +
                    "tensors overlap or leave a gap. The file is damaged; fetch it again.");
            end = tensor.End;
        }
        if (end != dataLength)
            throw new CheckpointException(
                $"{path}: the header describes {end} bytes of tensors and the file holds {dataLength}. " +
                "The file is truncated or damaged; fetch it again.");
    }
}

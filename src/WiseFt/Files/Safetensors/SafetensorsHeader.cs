using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Files;

/// <summary>The JSON header of a safetensors file: what lies where.</summary>
/// <remarks>Format: huggingface/safetensors README, "Format"; the checks are those of its <c>tensor.rs</c>: at most 100,000,000 bytes,
/// no name twice, data without gap or overlap from the first byte to the last.</remarks>
internal sealed record SafetensorsHeader(
    FrozenDictionary<string, TensorInfo> Tensors, FrozenDictionary<string, long> Offsets, FrozenDictionary<string, string> Metadata)
{
    public const int LengthPrefix = 8;
    public const long MaximumLength = 100_000_000;

    private static readonly FrozenDictionary<string, ScalarType> _types = new Dictionary<string, ScalarType>(StringComparer.Ordinal)
    {
        ["F64"] = ScalarType.Float64, ["F32"] = ScalarType.Float32, ["F16"] = ScalarType.Float16, ["BF16"] = ScalarType.BFloat16,
        ["I64"] = ScalarType.Int64, ["I32"] = ScalarType.Int32, ["I16"] = ScalarType.Int16, ["I8"] = ScalarType.Int8,
        ["U8"] = ScalarType.Byte, ["BOOL"] = ScalarType.Bool,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<ScalarType, string> _names = _types.ToFrozenDictionary(t => t.Value, t => t.Key);

    /// <summary>How many bytes of JSON follow the length, if the file can hold them.</summary>
    /// <param name="prefix">The file's first eight bytes, or what there is of them.</param>
    /// <param name="fileLength">How many bytes the file has.</param>
    /// <param name="path">The file, for messages.</param>
    public static int JsonLength(ReadOnlySpan<byte> prefix, long fileLength, string path)
    {
        if (prefix.Length < LengthPrefix)
            throw new CheckpointException(
                $"{path}: {fileLength} bytes are too few for a safetensors file. It is empty or truncated; fetch it again.");
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
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            return Parse(document.RootElement, dataLength, path);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
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

    private static SafetensorsHeader Parse(JsonElement root, long dataLength, string path)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var tensors = new List<(TensorInfo Entry, long Begin, long End)>();
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Name == "__metadata__")
                foreach (JsonProperty entry in property.Value.EnumerateObject()) metadata[entry.Name] = entry.Value.GetString() ?? "";
            else
                tensors.Add(ParseEntry(property, path));
        }
        RequireGapless(tensors, dataLength, path);
        return new SafetensorsHeader(
            tensors.ToFrozenDictionary(t => t.Entry.Name, t => t.Entry, StringComparer.Ordinal),
            tensors.ToFrozenDictionary(t => t.Entry.Name, t => t.Begin, StringComparer.Ordinal),
            metadata.ToFrozenDictionary(StringComparer.Ordinal));
    }

    private static (TensorInfo Entry, long Begin, long End) ParseEntry(JsonProperty property, string path)
    {
        string dtype = property.Value.GetProperty("dtype").GetString() ?? "null";
        if (!_types.TryGetValue(dtype, out ScalarType type))
            throw new CheckpointException(
                $"{path}: tensor '{property.Name}' has type {dtype}; " +
                $"supported are {string.Join(", ", _types.Keys.Order(StringComparer.Ordinal))}. Convert the file first.");
        ImmutableArray<long> shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(e => e.GetInt64())];
        long[] offsets = [.. property.Value.GetProperty("data_offsets").EnumerateArray().Select(e => e.GetInt64())];
        if (offsets.Length != 2 || shape.Any(e => e < 0))
            throw new CheckpointException(
                $"{path}: tensor '{property.Name}' has a negative extent or not two offsets. The file is damaged; fetch it again.");
        long expected = ExpectedLength(shape, type);
        if (expected < 0 || offsets[1] - offsets[0] != expected)
            throw new CheckpointException(
                $"{path}: tensor '{property.Name}' of type {dtype} and shape ({string.Join(", ", shape)}) " +
                $"has bytes {offsets[0]} to {offsets[1]}, which does not fit. The file is damaged; fetch it again.");
        return (new TensorInfo(property.Name, type, shape), offsets[0], offsets[1]);
    }

    /// <summary>The byte length, or -1 where it overflows.</summary>
    private static long ExpectedLength(ImmutableArray<long> shape, ScalarType type)
    {
        Int128 length = TorchSharp.TensorExtensionMethods.ElementSize(type);
        foreach (long extent in shape)
        {
            length *= extent;
            if (length > long.MaxValue) return -1;
        }
        return (long)length;
    }

    private static void RequireGapless(List<(TensorInfo Entry, long Begin, long End)> tensors, long dataLength, string path)
    {
        long end = 0;
        foreach (var tensor in tensors.OrderBy(t => t.Begin).ThenBy(t => t.End))
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

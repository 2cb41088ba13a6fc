using System.Collections.Immutable;
using System.Text.Json;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Files;

/// <summary>Reads the JSON of a safetensors header from beginning to end, keeping nothing but what it describes:
/// a hostile header of many tensors costs a small multiple of its bytes.</summary>
/// <param name="json">The header.</param>
/// <param name="path">The file, for messages.</param>
internal ref struct SafetensorsHeaderReader(ReadOnlySpan<byte> json, string path)
{
    private const string MetadataName = "__metadata__";

    private readonly string _path = path;
    private readonly List<long> _numbers = [];
    private Utf8JsonReader _json = new(json, new JsonReaderOptions { MaxDepth = 8 });

    /// <summary>Every tensor, as often as it is there, with its first byte and the one behind its last.</summary>
    /// <exception cref="JsonException">The JSON is malformed or lacks something.</exception>
    /// <exception cref="InvalidOperationException">A value is of another type.</exception>
    /// <exception cref="FormatException">A number is none.</exception>
    /// <exception cref="CheckpointException">A tensor does not fit its own description.</exception>
    public (List<(TensorInfo Entry, long Begin, long End)> Tensors, Dictionary<string, string> Metadata) Read()
    {
        var tensors = new List<(TensorInfo Entry, long Begin, long End)>();
        Dictionary<string, string>? metadata = null;
        Enter(JsonTokenType.StartObject, "the header");
        while (Next(JsonTokenType.EndObject))
        {
            string name = _json.GetString()!;
            if (name != MetadataName) tensors.Add(ReadEntry(name));
            else metadata = metadata is null ? ReadMetadata() : throw new JsonException($"'{MetadataName}' is there twice");
        }
        while (_json.Read()) // Nothing but blanks may follow; the reader throws at anything else.
        {
        }
        return (tensors, metadata ?? []);
    }

    private Dictionary<string, string> ReadMetadata()
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        Enter(JsonTokenType.StartObject, MetadataName);
        while (Next(JsonTokenType.EndObject))
        {
            string key = _json.GetString()!;
            _json.Read();
            if (!metadata.TryAdd(key, _json.GetString() ?? "")) throw new JsonException($"'{key}' is there twice");
        }
        return metadata;
    }

    private (TensorInfo Entry, long Begin, long End) ReadEntry(string name)
    {
        ScalarType? type = null;
        ImmutableArray<long> shape = default, offsets = default;
        Enter(JsonTokenType.StartObject, name);
        while (Next(JsonTokenType.EndObject))
        {
            bool isType = _json.ValueTextEquals("dtype"u8), isShape = _json.ValueTextEquals("shape"u8);
            if (isType ? type is not null : isShape ? !shape.IsDefault : _json.ValueTextEquals("data_offsets"u8) && !offsets.IsDefault)
                throw new JsonException($"a property of '{name}' is there twice");
            if (isType) type = ReadType(name);
            else if (isShape) shape = ReadNumbers(name);
            else if (_json.ValueTextEquals("data_offsets"u8)) offsets = ReadNumbers(name);
            else _json.Skip();
        }
        if (type is null || shape.IsDefault || offsets.IsDefault)
            throw new JsonException($"'{name}' lacks its dtype, shape or data_offsets");
        RequireFits(name, type.Value, shape, offsets);
        return (new TensorInfo(name, type.Value, shape), offsets[0], offsets[1]);
    }

    private ScalarType ReadType(string name)
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.String)
            foreach (var (text, type) in SafetensorsHeader.Types)
                if (_json.ValueTextEquals(text)) return type;
        throw new CheckpointException(
            $"{_path}: tensor '{name}' has type {_json.GetString() ?? "null"}; " +
            $"supported are {string.Join(", ", SafetensorsHeader.Types.Keys.Order(StringComparer.Ordinal))}. Convert the file first.");
    }

    private ImmutableArray<long> ReadNumbers(string name)
    {
        _numbers.Clear();
        Enter(JsonTokenType.StartArray, name);
        while (Next(JsonTokenType.EndArray)) _numbers.Add(_json.GetInt64());
        return [.. _numbers];
    }

    private readonly void RequireFits(string name, ScalarType type, ImmutableArray<long> shape, ImmutableArray<long> offsets)
    {
        if (offsets.Length != 2 || shape.Any(e => e < 0))
            throw new CheckpointException(
                $"{_path}: tensor '{name}' has a negative extent or not two offsets. The file is damaged; fetch it again.");
        long expected = ExpectedLength(shape, type);
        if (expected < 0 || offsets[1] - offsets[0] != expected)
            throw new CheckpointException(
                $"{_path}: tensor '{name}' of type {SafetensorsHeader.Types.First(t => t.Value == type).Key} and shape " +
                $"({string.Join(", ", shape)}) has bytes {offsets[0]} to {offsets[1]}, which does not fit. " +
                "The file is damaged; fetch it again.");
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

    private void Enter(JsonTokenType expected, string what)
    {
        if (!_json.Read() || _json.TokenType != expected) throw new JsonException($"'{what}' is no {expected}");
    }

    private bool Next(JsonTokenType end) => _json.Read() && _json.TokenType != end;
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using WiseFt.Files;

namespace WiseFt.Models;

/// <summary>An object in a JSON configuration, read key by key; errors name the file and the key. And how such files are written.</summary>
internal readonly struct ConfigSection
{
    private static readonly JsonSerializerOptions _json = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly string _file;
    private readonly string _key;

    private ConfigSection(JsonElement element, string file, string key) => (Json, _file, _key) = (element, file, key);

    /// <summary>The object itself; undefined where the file does not have it.</summary>
    public JsonElement Json { get; }

    /// <summary>The keys that the object has.</summary>
    public IEnumerable<string> Keys => Json.ValueKind == JsonValueKind.Object ? Json.EnumerateObject().Select(p => p.Name) : [];

    /// <summary>Reads a file whose root is an object.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Reads the root; what it refuses as an argument is the file's fault.</param>
    /// <exception cref="CheckpointException">The file is missing, cannot be read, is no JSON, has a key twice, or is refused.</exception>
    public static T Read<T>(string path, Func<ConfigSection, T> read)
    {
        if (!File.Exists(path)) throw new CheckpointException($"{path}: there is no such file. Fetch it into the model's folder.");
        try
        {
            using var document = JsonDocument.Parse(
                File.ReadAllBytes(RegularFile.Require(path)), new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 32 });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new CheckpointException(
                    $"{path}: found a JSON {document.RootElement.ValueKind}; expected an object. Is it the model's own file, and " +
                    "fetched whole?");
            return read(new ConfigSection(document.RootElement, path, ""));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(
                $"{path}: the file cannot be read ({e.Message}). Check its permissions, and whether another program is writing it.", e);
        }
        // the last for text that is no UTF-8
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new CheckpointException($"{path}: not a usable configuration ({e.Message}). Is it the model's own file, and fetched " +
                "whole?", e);
        }
    }

    /// <summary>Writes a configuration.</summary>
    public static void Write(string path, JsonObject content) => AtomicFile.WriteText(path, content.ToJsonString(_json) + "\n");

    /// <summary>A list of numbers, to be written.</summary>
    public static JsonArray Numbers(IEnumerable<float> values) => [.. values.Select(v => JsonValue.Create(v))];

    /// <summary>Whether the object has a key with a value other than null.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>An object inside; an empty one if the key is absent.</summary>
    public ConfigSection Section(string key) => Find(key) switch
    {
        null => new ConfigSection(default, _file, Path(key)),
        { ValueKind: JsonValueKind.Object } element => new ConfigSection(element, _file, Path(key)),
        _ => throw Refuse(key, "an object"),
    };

    /// <summary>A whole number.</summary>
    public int Int(string key, int otherwise) =>
        Find(key) is not { } value
            ? otherwise
            : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
            ? number
            : throw Refuse(key, "a whole number");

    /// <summary>A whole number that must be there.</summary>
    public int Int(string key) => Has(key) ? Int(key, 0) : throw Refuse(key, "a whole number");

    /// <summary>A number.</summary>
    public double Number(string key, double otherwise) =>
        Find(key) is not { } value
            ? otherwise
            : value.ValueKind == JsonValueKind.Number
            ? value.GetDouble()
            : throw Refuse(key, "a number");

    /// <summary>A text.</summary>
    public string Text(string key, string otherwise) =>
        Find(key) is not { } value ? otherwise : value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Refuse(key, "a text");

    /// <summary>True or false.</summary>
    public bool Flag(string key, bool otherwise) => Find(key) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Refuse(key, "true or false"),
    };

    /// <summary>A whole number, or a list of the same number twice: the side of a square.</summary>
    public int Side(string key, int otherwise)
    {
        if (Find(key) is not { ValueKind: JsonValueKind.Array }) return Int(key, otherwise);
        int[] sides = Ints(key);
        return sides.Length == 2 && sides[0] == sides[1] ? sides[0] : throw Refuse(key, "one number, or two that are equal");
    }

    /// <summary>A list of whole numbers.</summary>
    public int[] Ints(string key)
    {
        if (Find(key) is not { ValueKind: JsonValueKind.Array } list
            || list.EnumerateArray().Any(e => e.ValueKind != JsonValueKind.Number || !e.TryGetInt32(out _)))
            throw Refuse(key, "a list of whole numbers");
        return [.. list.EnumerateArray().Select(e => e.GetInt32())];
    }

    /// <summary>Whether a key's value is a list.</summary>
    public bool IsList(string key) => Find(key) is { ValueKind: JsonValueKind.Array };

    /// <summary>A key's value as it stands in the file, for messages and comparisons; null if it is absent or null.</summary>
    public string? Raw(string key) => Find(key)?.GetRawText();

    /// <summary>What to throw about a key.</summary>
    public CheckpointException Refuse(string key, string expected) => new(
        $"{_file}: {Path(key)} is {(Raw(key) is { } raw ? raw.Length <= 100 ? raw : raw[..100] + "…" : "missing")}; expected {expected}. " +
        "Models that differ in this are not read; where the file is not the model's own, use that one.");

    private string Path(string key) => _key.Length == 0 ? key : $"{_key}.{key}";

    private JsonElement? Find(string key) =>
        Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;
}

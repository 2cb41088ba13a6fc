using System.Text.Json;

namespace WiseFt.Text;

/// <summary>Reads the byte-pair vocabulary of a <c>tokenizer.json</c>, which is all that newer models come with.</summary>
/// <remarks>Format: huggingface/tokenizers. What its pipeline does to text must be what CLIP's does: a file that says otherwise is refused,
/// since its ids would be others than this library's.</remarks>
internal static class TokenizerJson
{
    /// <summary>The file's name.</summary>
    public const string FileName = "tokenizer.json";

    /// <summary>The tokens with their ids, those added after training among them, and the merges by rank.</summary>
    /// <exception cref="TokenizerException">It is of another kind, or does something else to text.</exception>
    public static (List<KeyValuePair<string, JsonElement>> Tokens, List<(string Left, string Right)> Merges) Read(
        JsonElement root, string path)
    {
        JsonElement model = Find(root, "model") ?? throw Refuse(path, "has no 'model'", "an object with a byte-pair vocabulary");
        string type = Find(model, "type") is { ValueKind: JsonValueKind.String } kind ? kind.GetString()! : "BPE";
        if (type != "BPE") throw Refuse(path, $"is of the type {type}", "BPE, as CLIP's tokenizers are");
        if (Find(model, "end_of_word_suffix") is not { ValueKind: JsonValueKind.String } suffix
            || suffix.GetString() != BytePairVocabulary.EndOfWord)
            throw Refuse(path, "has no end_of_word_suffix", $"'{BytePairVocabulary.EndOfWord}', as CLIP's tokenizers have");
        if (Find(root, "normalizer") is not { } normaliser || !normaliser.GetRawText().Contains("\"Lowercase\"", StringComparison.Ordinal))
            throw Refuse(path, "keeps capitals", "the normaliser Lowercase, as CLIP's tokenizers have");
        if (Find(model, "vocab") is not { ValueKind: JsonValueKind.Object } vocabulary
            || Find(model, "merges") is not { ValueKind: JsonValueKind.Array } merges)
            throw Refuse(path, "has no vocabulary or no merges", "both in 'model'");
        var tokens = vocabulary.EnumerateObject().Select(e => KeyValuePair.Create(e.Name, e.Value)).ToList();
        var known = tokens.Select(t => t.Key).ToHashSet(StringComparer.Ordinal);
        foreach (JsonElement added in Find(root, "added_tokens") is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray() : default)
            if (Find(added, "content") is { ValueKind: JsonValueKind.String } content && Find(added, "id") is { } id
                && known.Add(content.GetString()!))
                tokens.Add(KeyValuePair.Create(content.GetString()!, id));
        return (tokens, [.. merges.EnumerateArray().Select((merge, i) => Merge(merge, i, path))]);
    }

    // "t h" in older files, ["t", "h"] in newer ones.
    private static (string Left, string Right) Merge(JsonElement merge, int number, string path)
    {
        string[] parts = merge.ValueKind switch
        {
            JsonValueKind.String => merge.GetString()!.Split(' '),
            JsonValueKind.Array when merge.EnumerateArray().All(p => p.ValueKind == JsonValueKind.String) =>
                [.. merge.EnumerateArray().Select(p => p.GetString()!)],
            _ => [],
        };
        return parts is [{ Length: > 0 } left, { Length: > 0 } right]
            ? (left, right)
            : throw Refuse(path, $"has {merge.GetRawText()} as merge {number}", "two symbols");
    }

    private static JsonElement? Find(JsonElement element, string key) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out JsonElement value)
            && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    private static TokenizerException Refuse(string path, string found, string expected) =>
        new($"{path}: the tokenizer {found}; expected {expected}. Put the model's vocab.json and merges.txt beside it.");
}

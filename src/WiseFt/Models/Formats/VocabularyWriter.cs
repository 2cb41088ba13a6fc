using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using WiseFt.Files;
using WiseFt.Text;

namespace WiseFt.Models;

/// <summary>Writes a vocabulary as transformers' CLIPTokenizer reads it.</summary>
internal static class VocabularyWriter
{
    private static readonly JsonWriterOptions _relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether a tokenizer has OpenAI's vocabulary, which other libraries have built in.</summary>
    public static bool IsOpenAIs(ClipTokenizer tokenizer)
    {
        BytePairVocabulary vocabulary = tokenizer.Vocabulary, known = ClipTokenizer.Default.Vocabulary;
        return ReferenceEquals(vocabulary, known)
            || (vocabulary.Tokens.SequenceEqual(known.Tokens, StringComparer.Ordinal) && vocabulary.Merges.SequenceEqual(known.Merges));
    }

    /// <summary>Writes <c>vocab.json</c>, <c>merges.txt</c>, <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>.</summary>
    public static void Write(ClipTokenizer tokenizer, string folder)
    {
        BytePairVocabulary vocabulary = tokenizer.Vocabulary;
        AtomicFile.Write(Path.Combine(folder, "vocab.json"), stream => WriteTokens(stream, vocabulary.Tokens));
        AtomicFile.WriteText(Path.Combine(folder, "merges.txt"), Merges(vocabulary));
        ConfigWriter.Write(Path.Combine(folder, "special_tokens_map.json"), SpecialTokens(vocabulary));
        JsonObject config = SpecialTokens(vocabulary);
        config["tokenizer_class"] = "CLIPTokenizer";
        config["model_max_length"] = tokenizer.ContextLength;
        config["do_lower_case"] = true;
        config["add_prefix_space"] = false;
        config["errors"] = "replace";
        ConfigWriter.Write(Path.Combine(folder, "tokenizer_config.json"), config);
    }

    private static void WriteTokens(Stream stream, IReadOnlyList<string> tokens)
    {
        using var json = new Utf8JsonWriter(stream, _relaxed);
        json.WriteStartObject();
        for (int id = 0; id < tokens.Count; id++) json.WriteNumber(tokens[id], id);
        json.WriteEndObject();
    }

    private static string Merges(BytePairVocabulary vocabulary)
    {
        var text = new StringBuilder("#version: 0.2\n");
        foreach (var (left, right) in vocabulary.Merges) text.Append(left).Append(' ').Append(right).Append('\n');
        return text.ToString();
    }

    private static JsonObject SpecialTokens(BytePairVocabulary vocabulary) => new()
    {
        ["bos_token"] = vocabulary.Tokens[vocabulary.StartToken],
        ["eos_token"] = vocabulary.Tokens[vocabulary.EndToken],
        ["unk_token"] = vocabulary.Tokens[vocabulary.EndToken],
        ["pad_token"] = vocabulary.Tokens[vocabulary.EndToken],
    };
}

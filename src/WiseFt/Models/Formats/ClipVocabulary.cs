using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using WiseFt.Files;
using WiseFt.Text;

namespace WiseFt.Models;

/// <summary>The vocabulary that belongs to a model: found on reading, and written as transformers' CLIPTokenizer reads it.</summary>
internal static class ClipVocabulary
{
    private static readonly JsonWriterOptions _relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The tokenizer of a model, and where its vocabulary was read: null for OpenAI's, which is built in.</summary>
    /// <param name="folder">The model's folder, which may have a vocabulary.</param>
    /// <param name="path">A vocabulary to use instead, or null.</param>
    /// <param name="config">The model's architecture.</param>
    /// <exception cref="CheckpointException">The vocabulary is incomplete or broken.</exception>
    public static (ITokenizer Tokenizer, string? Path) Open(string folder, string? path, ClipConfig config)
    {
        TokenizerKind kind = config.Family.Tokenizer;
        string? chosen = path ?? (kind.Files.Any(s => File.Exists(Path.Combine(folder, s))) ? folder : null);
        try
        {
            return (kind.Open(chosen, config.Text.ContextLength), chosen);
        }
        catch (Exception e) when (e is TokenizerException or ArgumentException)
        {
            throw new CheckpointException(e.Message, e);
        }
    }

    /// <summary>Whether a tokenizer has OpenAI's vocabulary, which other libraries have built in.</summary>
    public static bool IsOpenAIs(ITokenizer tokenizer)
    {
        if (tokenizer is not ClipTokenizer clip) return false;
        BytePairVocabulary vocabulary = clip.Vocabulary, known = ClipTokenizer.Default.Vocabulary;
        return ReferenceEquals(vocabulary, known)
            || (vocabulary.Tokens.SequenceEqual(known.Tokens, StringComparer.Ordinal) && vocabulary.Merges.SequenceEqual(known.Merges));
    }

    /// <summary>Writes <c>vocab.json</c>, <c>merges.txt</c>, <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>.</summary>
    public static void Write(ITokenizer tokenizer, string folder)
    {
        BytePairVocabulary vocabulary = ((ClipTokenizer)tokenizer).Vocabulary;
        AtomicFile.Write(Path.Combine(folder, "vocab.json"), stream => WriteTokens(stream, vocabulary.Tokens));
        AtomicFile.WriteText(Path.Combine(folder, "merges.txt"), Merges(vocabulary));
        ConfigSection.Write(Path.Combine(folder, "special_tokens_map.json"), SpecialTokens(vocabulary));
        JsonObject config = SpecialTokens(vocabulary);
        config["tokenizer_class"] = "CLIPTokenizer";
        config["model_max_length"] = tokenizer.ContextLength;
        config["do_lower_case"] = true;
        config["add_prefix_space"] = false;
        config["errors"] = "replace";
        ConfigSection.Write(Path.Combine(folder, "tokenizer_config.json"), config);
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

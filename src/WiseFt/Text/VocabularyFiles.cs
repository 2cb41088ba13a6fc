using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace WiseFt.Text;

/// <summary>Reads a vocabulary as it is published: Hugging Face's <c>vocab.json</c> with <c>merges.txt</c>,
/// or OpenAI's list of merges.</summary>
internal static class VocabularyFiles
{
    private const string OpenAIResource = "bpe_simple_vocab_16e6.txt.gz";
    private const int MostMerges = 49152 - 256 - 2;         // OpenAI's file holds more lines than its vocabulary uses
    private const int LargestFile = 1 << 26;
    private const string WhatIsRead = "Expected a folder with vocab.json and merges.txt or with tokenizer.json, " +
        "or a bpe_simple_vocab_16e6.txt(.gz).";

    /// <summary>OpenAI's vocabulary, which is part of this assembly.</summary>
    internal static BytePairVocabulary ReadOpenAI()
    {
        using Stream stream = typeof(VocabularyFiles).Assembly.GetManifestResourceStream(OpenAIResource)!;
        return BytePairVocabulary.FromMerges(ParseMerges(ReadAll(stream, OpenAIResource), OpenAIResource), OpenAIResource);
    }

    /// <exception cref="TokenizerException">Nothing usable there, or it is broken.</exception>
    internal static BytePairVocabulary Read(string path)
    {
        if (Directory.Exists(path)) return ReadFolder(path);
        if (!File.Exists(path)) throw new TokenizerException($"{path}: no such file or folder. {WhatIsRead}");
        if (Path.GetFileName(path).Equals(TokenizerJson.FileName, StringComparison.OrdinalIgnoreCase)) return ReadTokenizerJson(path);
        if (Path.GetFileName(path).EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return ReadPair(path, MergesBeside(path));
        return BytePairVocabulary.FromMerges(ParseMerges(ReadFile(path), path), path);
    }

    private static BytePairVocabulary ReadFolder(string folder)
    {
        string vocabulary = Path.Combine(folder, "vocab.json");
        if (File.Exists(vocabulary)) return ReadPair(vocabulary, MergesBeside(vocabulary));
        foreach (string name in (string[])[OpenAIResource, Path.GetFileNameWithoutExtension(OpenAIResource)])
            if (File.Exists(Path.Combine(folder, name))) return Read(Path.Combine(folder, name));
        string pipeline = Path.Combine(folder, TokenizerJson.FileName);
        if (File.Exists(pipeline)) return ReadTokenizerJson(pipeline);
        throw new TokenizerException($"{folder}: found no vocab.json. {WhatIsRead} " +
            "Download them beside the model, or name the vocabulary by itself.");
    }

    private static string MergesBeside(string vocabulary)
    {
        string merges = Path.Combine(Path.GetDirectoryName(vocabulary) ?? "", "merges.txt");
        if (!File.Exists(merges))
            throw new TokenizerException($"{vocabulary}: found no merges.txt beside it. " +
                "A byte-pair vocabulary needs both; download the one that belongs to this vocab.json.");
        return merges;
    }

    private static BytePairVocabulary ReadPair(string vocabulary, string merges) =>
        new(ParseTokens(vocabulary), ParseMerges(ReadFile(merges), merges), $"{vocabulary} with {Path.GetFileName(merges)}");

    private static BytePairVocabulary ReadTokenizerJson(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(ReadFile(path));
            var (tokens, merges) = TokenizerJson.Read(document.RootElement, path);
            return new BytePairVocabulary(InOrder(tokens, path), merges, path);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new TokenizerException($"{path}: not valid JSON ({exception.Message}). Is the download complete?", exception);
        }
    }

    // Tokens by their ids, which are 0 to n - 1.
    private static string[] InOrder(List<KeyValuePair<string, JsonElement>> entries, string path)
    {
        string?[] tokens = new string?[entries.Count];
        foreach (var (token, number) in entries)
        {
            if (number.ValueKind != JsonValueKind.Number || !number.TryGetInt32(out int id) || id < 0 || id >= tokens.Length)
                throw new TokenizerException($"{path}: the token '{token}' has the id {number}; " +
                    $"the ids of {tokens.Length} tokens must be the integers 0 to {tokens.Length - 1}. " +
                    "Replace the file by the model's own.");
            if (tokens[id] is { } other)
                throw new TokenizerException($"{path}: the tokens '{other}' and '{token}' have the same id {id}. " +
                    "Replace the file by the model's own.");
            tokens[id] = token;
        }
        return tokens!;
    }

    // {"token": id, ...}
    private static string[] ParseTokens(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(ReadFile(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new TokenizerException($"{path}: found a JSON {document.RootElement.ValueKind}, " +
                    "expected an object that maps each token to its id.");
            return InOrder([.. document.RootElement.EnumerateObject().Select(e => KeyValuePair.Create(e.Name, e.Value))], path);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the last for half a surrogate pair
        {
            throw new TokenizerException($"{path}: not valid JSON ({exception.Message}). " +
                "Expected an object that maps each token to its id; is the download complete?", exception);
        }
    }

    private static List<(string Left, string Right)> ParseMerges(string text, string source)
    {
        string[] lines = text.TrimEnd('\n', '\r').Split('\n');
        int first = lines[0].Contains("#version", StringComparison.Ordinal) ? 1 : 0;
        var merges = new List<(string Left, string Right)>();
        for (int i = first; i < Math.Min(lines.Length, first + MostMerges); i++)
        {
            string[] parts = lines[i].TrimEnd('\r').Split(' ');
            if (parts.Length != 2 || parts[0].Length == 0 || parts[1].Length == 0)
                throw new TokenizerException($"{source}: line {i + 1} is '{Shorten(lines[i])}', " +
                    "expected two symbols with a space between them, such as 't h'. Is this a list of byte-pair merges?");
            merges.Add((parts[0], parts[1]));
        }
        if (merges.Count == 0)
            throw new TokenizerException($"{source}: found no merges. Expected a line '#version: 0.2', then a merge such as 't h' a line.");
        return merges;
    }

    private static string Shorten(string line) => line.Length <= 60 ? line.TrimEnd('\r') : string.Concat(line.AsSpan(0, 60), "…");

    private static string ReadFile(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(RegularFile.Require(path));
            return ReadAll(stream, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TokenizerException(
                $"{path}: the file cannot be read ({exception.Message}). Check its permissions, and whether another program is writing it.",
                exception);
        }
    }

    // Text, gzipped or not, as its first bytes say.
    private static string ReadAll(Stream stream, string source)
    {
        int first = stream.ReadByte(), second = stream.ReadByte();
        stream.Position = 0;
        using Stream plain = first == 0x1F && second == 0x8B ? new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true) : stream;
        try
        {
            using var text = new MemoryStream();
            byte[] buffer = new byte[1 << 16];
            for (int read; (read = plain.Read(buffer)) > 0;)
            {
                text.Write(buffer, 0, read);
                if (text.Length > LargestFile)
                    throw new TokenizerException($"{source}: more than {LargestFile >> 20} MiB. A vocabulary has a few; {WhatIsRead}");
            }
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text.GetBuffer(), 0, (int)text.Length).TrimStart('\ufeff');
        }
        catch (Exception exception) when (exception is InvalidDataException or DecoderFallbackException)
        {
            throw new TokenizerException($"{source}: not UTF-8 text, gzipped or plain ({exception.Message}). {WhatIsRead} " +
                "Is the download complete?", exception);
        }
    }
}

namespace WiseFt.Text;

/// <summary>
/// A byte-level byte-pair vocabulary: the tokens by id and the merges by rank. Symbols are strings over the byte alphabet; the last
/// symbol of a word ends in <c>&lt;/w&gt;</c>. Immutable.
/// </summary>
internal sealed class BytePairVocabulary
{
    /// <summary>Marks the last symbol of a word.</summary>
    internal const string EndOfWord = "</w>";

    private static readonly string[][] _specialSpellings = [["<|startoftext|>", ClipWords.Start], ["<|endoftext|>", ClipWords.End]];
    private readonly Dictionary<long, (int Rank, int Result)> _merges;
    private readonly int[] _inside = new int[256];
    private readonly int[] _last = new int[256];

    /// <param name="tokens">The tokens in the order of their ids.</param>
    /// <param name="merges">The merges in the order of their ranks: what stands left, what stands right.</param>
    /// <param name="source">Where it comes from, for error messages.</param>
    /// <exception cref="TokenizerException">A token or merge occurs twice,
    /// a byte or special token is missing, a merge is unknown.</exception>
    internal BytePairVocabulary(IReadOnlyList<string> tokens, IReadOnlyList<(string Left, string Right)> merges, string source)
    {
        Tokens = tokens;
        Merges = merges;
        Dictionary<string, int> ids = Index(tokens, source);
        FindBytes(ids, source);
        StartToken = Special(ids, _specialSpellings[0], source);
        EndToken = Special(ids, _specialSpellings[1], source);
        _merges = Rank(ids, merges, source);
    }

    internal IReadOnlyList<string> Tokens { get; }

    internal IReadOnlyList<(string Left, string Right)> Merges { get; }

    internal int StartToken { get; }

    internal int EndToken { get; }

    /// <summary>The printable character that stands for each byte in tokens (GPT-2's table),
    /// in the order of OpenAI's ids 0 to 255.</summary>
    internal static IReadOnlyList<(byte Value, char Symbol)> ByteAlphabet { get; } = MakeByteAlphabet();

    /// <summary>The id of one byte, inside a word or as its last symbol.</summary>
    internal int ByteToken(byte value, bool last) => (last ? _last : _inside)[value];

    /// <summary>The rank of merging two neighbours and the token it makes; false if they stay apart.</summary>
    internal bool TryMerge(int left, int right, out int rank, out int result)
    {
        bool found = _merges.TryGetValue(Key(left, right), out (int Rank, int Result) merge);
        (rank, result) = merge;
        return found;
    }

    /// <summary>OpenAI's order of ids: the bytes, the bytes as last symbols, what the merges make, the two special tokens.</summary>
    internal static BytePairVocabulary FromMerges(IReadOnlyList<(string Left, string Right)> merges, string source)
    {
        IEnumerable<string> bytes = ByteAlphabet.Select(b => b.Symbol.ToString());
        IEnumerable<string> special = _specialSpellings.Select(spellings => spellings[0]);
        string[] tokens = [.. bytes, .. bytes.Select(b => b + EndOfWord), .. merges.Select(m => m.Left + m.Right), .. special];
        return new BytePairVocabulary(tokens, merges, source);
    }

    private static Dictionary<string, int> Index(IReadOnlyList<string> tokens, string source)
    {
        var ids = new Dictionary<string, int>(tokens.Count, StringComparer.Ordinal);
        for (int id = 0; id < tokens.Count; id++)
            if (!ids.TryAdd(tokens[id], id))
                throw new TokenizerException($"{source}: the token '{tokens[id]}' has two ids, {ids[tokens[id]]} and {id}. " +
                    "Each token must occur once; take the vocabulary and merges of one and the same model.");
        return ids;
    }

    private void FindBytes(Dictionary<string, int> ids, string source)
    {
        var missing = new List<string>();
        foreach ((byte value, char symbol) in ByteAlphabet)
        {
            if (!ids.TryGetValue(symbol.ToString(), out _inside[value])) missing.Add(symbol.ToString());
            if (!ids.TryGetValue(symbol + EndOfWord, out _last[value])) missing.Add(symbol + EndOfWord);
        }
        if (missing.Count > 0)
            throw new TokenizerException(
                $"{source}: {missing.Count} of the 512 byte symbols are missing (first: {Listed.First(missing)}). CLIP's tokenizer needs " +
                "a byte-level vocabulary with end-of-word symbols ('a' and 'a</w>'); is this another model's vocabulary?");
    }

    private static int Special(Dictionary<string, int> ids, string[] spellings, string source)
    {
        foreach (string spelling in spellings)
            if (ids.TryGetValue(spelling, out int id)) return id;
        throw new TokenizerException($"{source}: found no token '{spellings[0]}' (or '{spellings[1]}') among {ids.Count}. " +
            "CLIP's text encoder needs a start and an end token; take the vocabulary that belongs to the model.");
    }

    private static Dictionary<long, (int Rank, int Result)> Rank(
        Dictionary<string, int> ids, IReadOnlyList<(string Left, string Right)> merges, string source)
    {
        var ranks = new Dictionary<long, (int Rank, int Result)>(merges.Count);
        var unknown = new List<string>();
        for (int rank = 0; rank < merges.Count; rank++)
        {
            (string left, string right) = merges[rank];
            if (!ids.TryGetValue(left, out int l) || !ids.TryGetValue(right, out int r) || !ids.TryGetValue(left + right, out int result))
                unknown.Add($"'{left} {right}'");
            else if (!ranks.TryAdd(Key(l, r), (rank, result)))
                throw new TokenizerException($"{source}: the merge '{left} {right}' occurs twice (as number {ranks[Key(l, r)].Rank + 1} " +
                    $"and {rank + 1}). Each must have one rank; repair or replace the file.");
        }
        if (unknown.Count > 0)
            throw new TokenizerException(
                $"{source}: {unknown.Count} of {merges.Count} merges have parts or results that are no tokens of the vocabulary (first: " +
                $"{Listed.First(unknown)}). The vocabulary and the merges must come from one and the same model.");
        return ranks;
    }

    private static long Key(int left, int right) => ((long)left << 32) | (uint)right;

    // Printable bytes stand for themselves and come first; the others, in order, for U+0100 onwards.
    private static (byte Value, char Symbol)[] MakeByteAlphabet()
    {
        static bool IsPrintable(int b) => b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
        int[] all = [.. Enumerable.Range(0, 256)];
        return
        [
            .. all.Where(IsPrintable).Select(b => ((byte)b, (char)b)),
            .. all.Where(b => !IsPrintable(b)).Select((b, i) => ((byte)b, (char)(0x100 + i))),
        ];
    }
}

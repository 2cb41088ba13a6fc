using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt.Text;

/// <summary>
/// CLIP's tokenizer: text to the ids that a CLIP text encoder reads, by byte-level byte-pair encoding. Immutable and safe to use from
/// several threads at once.
/// </summary>
/// <remarks>
/// Source: <c>SimpleTokenizer</c> of open_clip (src/open_clip/tokenizer.py), which is OpenAI's (CLIP/clip/simple_tokenizer.py) with
/// <c>&lt;start_of_text&gt;</c> and <c>&lt;end_of_text&gt;</c> as the special tokens' spelling inside text, and over-long text cut
/// instead of refused. Text is first repaired as ftfy does, HTML entities are resolved, white space is collapsed and letters become
/// lower-case; nothing depends on the culture. See docs/tokenizer.md.
/// </remarks>
public sealed class ClipTokenizer : ITokenizer
{
    /// <summary>The context length of OpenAI's models.</summary>
    private const int DefaultContextLength = 77;
    private const int ShortestContext = 2;                      // the start and the end token
    private static readonly Lazy<ClipTokenizer> _default =
        new(() => new ClipTokenizer(new BytePairEncoder(VocabularyFiles.ReadOpenAI()), DefaultContextLength));
    private readonly BytePairEncoder _encoder;

    private ClipTokenizer(BytePairEncoder encoder, int contextLength) =>
        (_encoder, ContextLength) = (encoder, Check.AtLeast(contextLength, ShortestContext));

    /// <summary>The tokenizer of OpenAI's and nearly all open_clip models:
    /// 49,408 tokens, context length 77. Read once, on first use.</summary>
    public static ClipTokenizer Default => _default.Value;

    /// <summary>The number of ids that every text becomes.</summary>
    public int ContextLength { get; }

    /// <summary>The number of tokens; ids are 0 to one less. 49,408 in OpenAI's vocabulary.</summary>
    public int VocabularySize => _encoder.Vocabulary.Tokens.Count;

    /// <summary>The tokens and merges.</summary>
    internal BytePairVocabulary Vocabulary => _encoder.Vocabulary;

    /// <summary>The id that every text begins with. 49406 in OpenAI's vocabulary.</summary>
    public int StartToken => _encoder.Vocabulary.StartToken;

    /// <summary>The id that ends every text; the text encoder's feature is taken there. 49407 in OpenAI's vocabulary.</summary>
    public int EndToken => _encoder.Vocabulary.EndToken;

    /// <summary>Reads a vocabulary from files.</summary>
    /// <param name="path">
    /// A folder with <c>vocab.json</c> and <c>merges.txt</c>, such a <c>vocab.json</c>,
    /// or a <c>bpe_simple_vocab_16e6.txt</c>, gzipped or not.
    /// </param>
    /// <param name="contextLength">The model's context length, at least 2. Default 77, as in OpenAI's models.</param>
    /// <exception cref="TokenizerException">There is no vocabulary, or it is broken or inconsistent.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The context length is below 2.</exception>
    public static ClipTokenizer Load(string path, int contextLength = DefaultContextLength)
    {
        Check.AtLeast(contextLength, ShortestContext);
        return new ClipTokenizer(new BytePairEncoder(VocabularyFiles.Read(Check.NotBlank(path))), contextLength);
    }

    /// <summary>Reads what <see cref="Save"/> wrote, and nothing beyond it; the stream stays open.</summary>
    /// <exception cref="TokenizerException">The stream holds something else or is damaged.</exception>
    public static ClipTokenizer Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        (BytePairVocabulary vocabulary, int contextLength) = VocabularyStream.Read(stream);
        if (contextLength < ShortestContext)
            throw new TokenizerException(
                $"The saved tokenizer has the context length {contextLength}, expected at least {ShortestContext}. " +
                "It is damaged; save the model again.");
        return new ClipTokenizer(new BytePairEncoder(vocabulary), contextLength);
    }

    /// <summary>Writes the vocabulary and the context length in a compact form that needs no other file; the stream stays open.</summary>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        VocabularyStream.Write(stream, _encoder.Vocabulary, ContextLength);
    }

    /// <summary>The same vocabulary with another context length (at least 2).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The context length is below 2.</exception>
    public ClipTokenizer WithContextLength(int contextLength) => new(_encoder, contextLength);

    /// <summary>The ids of one text.</summary>
    /// <param name="text">Any UTF-16, also empty or with lone surrogates.</param>
    /// <returns>
    /// <see cref="ContextLength"/> ids: the start token, the text's, the end token, then zeros.
    /// Over-long text is cut and keeps the end token.
    /// </returns>
    public int[] EncodeIds(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int[] ids = new int[ContextLength];
        ids[0] = StartToken;
        int count = 1;
        var words = new ClipWords(Cleaned(text));
        while (count < ids.Length && words.MoveNext())
        {
            int[] word = _encoder.Encode(words.Current);
            int taken = Math.Min(word.Length, ids.Length - count);
            word.AsSpan(0, taken).CopyTo(ids.AsSpan(count));
            count += taken;
        }
        ids[Math.Min(count, ids.Length - 1)] = EndToken;
        return ids;
    }

    /// <summary>The ids of several texts.</summary>
    /// <param name="texts">N texts; none may be null.</param>
    /// <returns>int64 (N, <see cref="ContextLength"/>), a row as <see cref="EncodeIds"/> gives. The caller disposes it.</returns>
    /// <exception cref="ArgumentException">A text is null.</exception>
    public Tensor Encode(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        long[] ids = new long[texts.Count * (long)ContextLength];
        for (int n = 0; n < texts.Count; n++)
        {
            if (texts[n] is null)
                throw new ArgumentException(
                    $"Text {n} of {texts.Count} is null. Every text must be a string; use \"\" for none.", nameof(texts));
            int[] row = EncodeIds(texts[n]);
            for (int l = 0; l < row.Length; l++) ids[(long)n * ContextLength + l] = row[l];
        }
        return tensor(ids, texts.Count, ContextLength, dtype: ScalarType.Int64);
    }

    /// <summary>What is split into words: the text repaired, HTML references resolved (twice, as the reference does:
    /// <c>&amp;amp;lt;</c>), white space collapsed, lower case.</summary>
    /// <remarks>OpenAI's <c>basic_clean</c>, <c>whitespace_clean</c> and lower case.</remarks>
    internal static string Cleaned(string text)
    {
        text = HtmlEntities.Unescape(HtmlEntities.Unescape(TextRepair.Repair(text)));
        return PythonText.Lower(PythonText.CollapseWhiteSpace(text));
    }
}

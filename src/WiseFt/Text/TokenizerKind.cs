using System.Collections.Immutable;

namespace WiseFt.Text;

/// <summary>A kind of tokenizer as data: how it is found beside a model and opened.</summary>
internal sealed class TokenizerKind
{
    /// <summary>CLIP's: byte pairs of lower-case words.</summary>
    public static TokenizerKind BytePairs { get; } = new()
    {
        Files = ["vocab.json", "merges.txt", "bpe_simple_vocab_16e6.txt.gz", "bpe_simple_vocab_16e6.txt", "tokenizer.json"],
        Open = (path, length) => path is null ? ClipTokenizer.Default.WithContextLength(length) : ClipTokenizer.Load(path, length),
    };

    /// <summary>Files whose presence says that a model's folder has a vocabulary of its own.</summary>
    public required ImmutableArray<string> Files { get; init; }

    /// <summary>The tokenizer of a vocabulary (null for the one that is built in) and of a context length.</summary>
    public required Func<string?, int, ITokenizer> Open { get; init; }
}

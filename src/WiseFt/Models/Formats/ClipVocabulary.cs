using System.Collections.Immutable;
using WiseFt.Text;

namespace WiseFt.Models;

/// <summary>Finds the vocabulary that belongs to a model.</summary>
internal static class ClipVocabulary
{
    /// <summary>Files whose presence says that a folder has a vocabulary of its own.</summary>
    private static readonly ImmutableArray<string> _signs = ["vocab.json", "merges.txt", "bpe_simple_vocab_16e6.txt.gz", "bpe_simple_vocab_16e6.txt"];

    /// <summary>The tokenizer of a model, and where its vocabulary was read: null for OpenAI's, which is built in.</summary>
    /// <param name="folder">The model's folder, which may have a vocabulary.</param>
    /// <param name="path">A vocabulary to use instead, or null.</param>
    /// <param name="contextLength">The model's.</param>
    /// <exception cref="CheckpointException">The vocabulary is incomplete or broken.</exception>
    public static (ClipTokenizer Tokenizer, string? Path) Open(string folder, string? path, int contextLength)
    {
        string? chosen = path ?? (_signs.Any(s => File.Exists(Path.Combine(folder, s))) ? folder : null);
        try
        {
            return (chosen is null ? ClipTokenizer.Default.WithContextLength(contextLength) : ClipTokenizer.Load(chosen, contextLength), chosen);
        }
        catch (Exception e) when (e is TokenizerException or ArgumentException)
        {
            throw new CheckpointException(e.Message, e);
        }
    }
}

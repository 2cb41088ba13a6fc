using WiseFt.Text;

namespace WiseFt.Models;

/// <summary>Finds the vocabulary that belongs to a model.</summary>
internal static class ClipVocabulary
{
    /// <summary>The tokenizer of a model, and where its vocabulary was read: null for OpenAI's, which is built in.</summary>
    /// <param name="folder">The model's folder, which may have a vocabulary.</param>
    /// <param name="path">A vocabulary to use instead, or null.</param>
    /// <param name="text">The model's text encoder.</param>
    /// <exception cref="CheckpointException">The vocabulary is incomplete or broken.</exception>
    public static (ClipTokenizer Tokenizer, string? Path) Open(string folder, string? path, TextConfig text)
    {
        string? chosen = path ?? (text.Tower.VocabularyFiles.Any(s => File.Exists(Path.Combine(folder, s))) ? folder : null);
        try
        {
            return (text.Tower.OpenTokenizer(chosen, text.ContextLength), chosen);
        }
        catch (Exception e) when (e is TokenizerException or ArgumentException)
        {
            throw new CheckpointException(e.Message, e);
        }
    }
}

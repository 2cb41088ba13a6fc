using static TorchSharp.torch;

namespace WiseFt.Text;

/// <summary>Text to the ids that a text encoder reads. Immutable and safe to use from several threads at once.</summary>
public interface ITokenizer
{
    /// <summary>The number of ids that every text becomes.</summary>
    int ContextLength { get; }

    /// <summary>The number of tokens; ids are 0 to one less.</summary>
    int VocabularySize { get; }

    /// <summary>The id that ends every text.</summary>
    int EndToken { get; }

    /// <summary>The ids of one text: <see cref="ContextLength"/> of them, the end token among them.</summary>
    int[] EncodeIds(string text);

    /// <summary>The ids of N texts: int64 (N, <see cref="ContextLength"/>), a row as <see cref="EncodeIds"/> gives. The caller
    /// disposes it.</summary>
    /// <exception cref="ArgumentException">A text is null.</exception>
    Tensor Encode(IReadOnlyList<string> texts);

    /// <summary>Writes all that the ids depend on, in a form that needs no other file; the stream stays open.</summary>
    void Save(Stream stream);
}

using static TorchSharp.torch;

namespace WiseFt.Text;

/// <summary>Texts for one forward pass, no longer than they have to be.</summary>
internal static class TextBatch
{
    /// <summary>The ids of N texts.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="texts">The texts, at least one.</param>
    /// <param name="isCausal">Whether the encoder does not look at what follows a text's end: then short texts need not pay for the
    /// whole context.</param>
    /// <returns>int64 (N, L), with L the length of the longest text, or the context length. The caller disposes it.</returns>
    /// <exception cref="ArgumentException">A text is null.</exception>
    public static Tensor Encode(ITokenizer tokenizer, IReadOnlyList<string> texts, bool isCausal)
    {
        Tensor ids = tokenizer.Encode(texts);
        if (!isCausal) return ids;
        using (ids)
        {
            using Tensor needed = ids.narrow(1, 0, Lengths(ids, tokenizer.EndToken).Max());
            return needed.contiguous();
        }
    }

    /// <summary>How many tokens N texts have, start and end among them, without what fills the rows up.</summary>
    /// <param name="ids">int64 (N, L).</param>
    /// <param name="endToken">The id that ends every text.</param>
    public static int[] Lengths(Tensor ids, int endToken) =>
        [.. ids.data<long>().ToArray().Chunk((int)ids.shape[1]).Select(row => Array.IndexOf(row, endToken) + 1)];
}

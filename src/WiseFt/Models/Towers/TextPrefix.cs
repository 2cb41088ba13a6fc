using static TorchSharp.torch;

namespace WiseFt.Models;

/// <summary>What the beginning of a text leaves for the tokens after it in a causal encoder: keys and values of each block.
/// Owns native memory.</summary>
/// <param name="Length">P, tokens of the beginning.</param>
/// <param name="Blocks">(1, H, P, K) each, first block to last.</param>
internal sealed record TextPrefix(long Length, IReadOnlyList<(Tensor Keys, Tensor Values)> Blocks) : IDisposable
{
    public void Dispose()
    {
        foreach (var (keys, values) in Blocks)
        {
            keys.Dispose();
            values.Dispose();
        }
    }
}

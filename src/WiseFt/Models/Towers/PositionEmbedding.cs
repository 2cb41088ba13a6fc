using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Models;

/// <summary>Fits the position embeddings of a vision transformer to another resolution.</summary>
internal static class PositionEmbedding
{
    /// <summary>Resamples the grid of patches, bicubic and antialiased; the class token's embedding stays.</summary>
    /// <param name="embedding">float32 (1 + side^2, D).</param>
    /// <param name="side">How many patches the new image has a side.</param>
    /// <returns>float32 (1 + side^2, D) of the new side.</returns>
    /// <remarks>Source: open_clip model.py <c>resize_pos_embed</c>.</remarks>
    public static Tensor Resize(Tensor embedding, int side)
    {
        using var scope = NewDisposeScope();
        long d = embedding.shape[1], old = (long)Math.Round(Math.Sqrt(embedding.shape[0] - 1));
        Tensor grid = embedding.narrow(0, 1, old * old).reshape(1, old, old, d).permute(0, 3, 1, 2);              // (1, D, old, old)
        Tensor resized = functional.interpolate(grid, [side, side], mode: InterpolationMode.Bicubic, align_corners: false, antialias: true) // (1, D, side, side)
            .permute(0, 2, 3, 1).reshape((long)side * side, d);                                                     // (side^2, D)
        return cat([embedding.narrow(0, 0, 1), resized]).MoveToOuterDisposeScope();                               // (1 + side^2, D)
    }
}

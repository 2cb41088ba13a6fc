using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using WiseFt.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Models;

/// <summary>Self-attention with fused query, key and value projections, as in CLIP.</summary>
/// <remarks>Source: openai/CLIP clip/model.py <c>ResidualAttentionBlock.attention</c>,
/// that is torch's <c>MultiheadAttention</c>; same keys.</remarks>
internal sealed class MultiheadAttention : Module<Tensor, Tensor>
{
    [ComponentName(Name = "in_proj_weight")] private readonly Parameter _inProjWeight; // (3D, D): q, k, v stacked
    [ComponentName(Name = "in_proj_bias")] private readonly Parameter _inProjBias;     // (3D)
    [ComponentName(Name = "out_proj")] private readonly LinearLayer _outProj;
    private readonly int _heads;
    private readonly bool _causal;

    public MultiheadAttention(int width, int heads, bool causal)
        : base(nameof(MultiheadAttention))
    {
        _heads = heads;
        _causal = causal;
        _inProjWeight = new Parameter(empty(3 * width, width));
        _inProjBias = new Parameter(empty(3 * width));
        _outProj = new LinearLayer(width, width);
        RegisterComponents();
    }

    /// <summary>The output of the first token alone, which attends to all: (N, L, D) to (N, 1, D).</summary>
    // N sequences, L tokens, D width, H heads, K = D / H
    public Tensor ForwardFirst(Tensor input)
    {
        using var scope = NewDisposeScope();
        var (n, l, d) = (input.shape[0], input.shape[1], input.shape[2]);
        Tensor q = Products.Linear(input.narrow(1, 0, 1), _inProjWeight, _inProjBias, new LayerRows(0, d)) // (N, 1, D)
            .view(n, 1, _heads, d / _heads).transpose(1, 2);                           // (N, H, 1, K)
        Tensor kv = Products.Linear(input, _inProjWeight, _inProjBias, new LayerRows(d, 2 * d)) // (N, L, 2D)
            .view(n, l, 2, _heads, d / _heads).permute(2, 0, 3, 1, 4);                 // (2, N, H, L, K)
        Tensor y = functional.scaled_dot_product_attention(q, kv[0], kv[1])            // (N, H, 1, K)
            .transpose(1, 2).reshape(n, 1, d);                                         // (N, 1, D), heads side by side
        return _outProj.call(y).MoveToOuterDisposeScope();
    }

    // N sequences, L tokens, D width, H heads, K = D / H
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var (n, l, d) = (input.shape[0], input.shape[1], input.shape[2]);
        Tensor qkv = Products.Linear(input, _inProjWeight, _inProjBias)              // (N, L, 3D)
            .view(n, l, 3, _heads, d / _heads).permute(2, 0, 3, 1, 4);                 // (3, N, H, L, K)
        Tensor y = functional.scaled_dot_product_attention(
                qkv[0], qkv[1], qkv[2], is_casual: _causal)                            // (N, H, L, K)
            .transpose(1, 2).reshape(n, l, d);                                         // (N, L, D), heads side by side
        return _outProj.call(y).MoveToOuterDisposeScope();
    }
}

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
        return Join(functional.scaled_dot_product_attention(q, kv[0], kv[1])).MoveToOuterDisposeScope(); // (N, 1, D)
    }

    /// <summary>The output, and what later tokens of a causal encoder need of these: (N, L, D) to (N, L, D), and twice (N, H, L, K).
    /// </summary>
    public (Tensor Output, Tensor Keys, Tensor Values) ForwardKeeping(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor qkv = Project(input);                                                   // (3, N, H, L, K)
        Tensor keys = qkv[1].contiguous(), values = qkv[2].contiguous();
        Tensor y = Join(functional.scaled_dot_product_attention(qkv[0], keys, values, is_casual: _causal));
        return (y.MoveToOuterDisposeScope(), keys.MoveToOuterDisposeScope(), values.MoveToOuterDisposeScope());
    }

    /// <summary>The output of tokens that come after others: (N, L, D) to (N, L, D).</summary>
    /// <param name="input">The tokens.</param>
    /// <param name="keys">(1, H, P, K) of those before, the same for all sequences.</param>
    /// <param name="values">(1, H, P, K).</param>
    /// <param name="mask">(L, P + L): true where the first sees the second.</param>
    public Tensor ForwardAfter(Tensor input, Tensor keys, Tensor values, Tensor mask)
    {
        using var scope = NewDisposeScope();
        Tensor qkv = Project(input);                                                   // (3, N, H, L, K)
        Tensor k = cat([keys.expand(input.shape[0], -1, -1, -1), qkv[1]], dim: 2);     // (N, H, P + L, K)
        Tensor v = cat([values.expand(input.shape[0], -1, -1, -1), qkv[2]], dim: 2);
        return Join(functional.scaled_dot_product_attention(qkv[0], k, v, attn_mask: mask)).MoveToOuterDisposeScope();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor qkv = Project(input);                                                   // (3, N, H, L, K)
        return Join(functional.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2], is_casual: _causal)).MoveToOuterDisposeScope();
    }

    // N sequences, L tokens, D width, H heads, K = D / H
    private Tensor Project(Tensor input)
    {
        using var scope = NewDisposeScope();
        var (n, l, d) = (input.shape[0], input.shape[1], input.shape[2]);
        return Products.Linear(input, _inProjWeight, _inProjBias)                      // (N, L, 3D)
            .view(n, l, 3, _heads, d / _heads).permute(2, 0, 3, 1, 4).MoveToOuterDisposeScope(); // (3, N, H, L, K)
    }

    private Tensor Join(Tensor heads)                                                  // (N, H, L, K)
    {
        using var scope = NewDisposeScope();
        Tensor y = heads.transpose(1, 2).flatten(2);                                   // (N, L, D), heads side by side
        return _outProj.call(y).MoveToOuterDisposeScope();
    }
}

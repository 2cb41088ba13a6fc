using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using WiseFt.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Models;

/// <summary>Pools a map of features by attention, the mean asking all positions: (N, D, h, w) to (N, E).</summary>
/// <remarks>Source: openai/CLIP clip/model.py <c>AttentionPool2d</c>; component names are its state-dict keys.</remarks>
internal sealed class AttentionPool : Module<Tensor, Tensor>
{
    [ComponentName(Name = "positional_embedding")] private readonly Parameter _positionalEmbedding; // (L, D)
    [ComponentName(Name = "k_proj")] private readonly LinearLayer _kProj;
    [ComponentName(Name = "q_proj")] private readonly LinearLayer _qProj;
    [ComponentName(Name = "v_proj")] private readonly LinearLayer _vProj;
    [ComponentName(Name = "c_proj")] private readonly LinearLayer _cProj;
    private readonly int _heads;

    public AttentionPool(long tokens, long width, int heads, long outputs)
        : base(nameof(AttentionPool))
    {
        _heads = heads;
        _positionalEmbedding = new Parameter(empty(tokens, width));
        _kProj = new LinearLayer(width, width);
        _qProj = new LinearLayer(width, width);
        _vProj = new LinearLayer(width, width);
        _cProj = new LinearLayer(width, outputs);
        RegisterComponents();
    }

    /// <summary>Every tensor of a pool of a name.</summary>
    public static IEnumerable<TensorInfo> Tensors(string name, long tokens, long d, long e) =>
    [
        new($"{name}.positional_embedding", [tokens, d]),
        .. LayerTensors.Linear($"{name}.k_proj", d, d),
        .. LayerTensors.Linear($"{name}.q_proj", d, d),
        .. LayerTensors.Linear($"{name}.v_proj", d, d),
        .. LayerTensors.Linear($"{name}.c_proj", d, e),
    ];

    // N images, L = h w + 1 tokens, D width, H heads, K = D / H, E embedding
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor x = input.flatten(2).transpose(1, 2);                                   // (N, h w, D)
        x = cat([x.mean([1], keepdim: true), x], dim: 1).add(_positionalEmbedding, Scalars.One); // (N, L, D)
        Tensor y = functional.scaled_dot_product_attention(
            Split(_qProj.call(x.narrow(1, 0, 1))), Split(_kProj.call(x)), Split(_vProj.call(x))); // (N, H, 1, K)
        return _cProj.call(y.flatten(1)).MoveToOuterDisposeScope();                    // (N, E)
    }

    private Tensor Split(Tensor x) => x.view(x.shape[0], x.shape[1], _heads, -1).transpose(1, 2); // (N, L, D) to (N, H, L, K)
}

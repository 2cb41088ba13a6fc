using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using WiseFt.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Models;

/// <summary>x + attention(ln_1(x)), then x + mlp(ln_2(x)).</summary>
/// <remarks>Source: openai/CLIP clip/model.py <c>ResidualAttentionBlock</c>.</remarks>
internal sealed class ResidualAttentionBlock : Module<Tensor, Tensor>
{
    [ComponentName(Name = "attn")] private readonly MultiheadAttention _attention;
    [ComponentName(Name = "ln_1")] private readonly LayerNorm _ln1;
    [ComponentName(Name = "mlp")] private readonly FeedForward _mlp;
    [ComponentName(Name = "ln_2")] private readonly LayerNorm _ln2;

    public ResidualAttentionBlock(int width, int heads, int mlpWidth, Activation activation, double epsilon, bool causal)
        : base(nameof(ResidualAttentionBlock))
    {
        _attention = new MultiheadAttention(width, heads, causal);
        _ln1 = nn.LayerNorm(width, eps: epsilon);
        _mlp = new FeedForward(width, mlpWidth, activation);
        _ln2 = nn.LayerNorm(width, eps: epsilon);
        RegisterComponents();
    }

    /// <summary>The output of the first token alone: (N, L, D) to (N, 1, D).</summary>
    public Tensor ForwardFirst(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor attended = _attention.ForwardFirst(_ln1.call(input));                   // (N, 1, D)
        return Finish(input.narrow(1, 0, 1), attended).MoveToOuterDisposeScope();      // (N, 1, D)
    }

    /// <inheritdoc cref="MultiheadAttention.ForwardKeeping"/>
    public (Tensor Output, Tensor Keys, Tensor Values) ForwardKeeping(Tensor input)
    {
        using var scope = NewDisposeScope();
        var (attended, keys, values) = _attention.ForwardKeeping(_ln1.call(input));
        return (Finish(input, attended).MoveToOuterDisposeScope(), keys.MoveToOuterDisposeScope(), values.MoveToOuterDisposeScope());
    }

    /// <inheritdoc cref="MultiheadAttention.ForwardAfter"/>
    public Tensor ForwardAfter(Tensor input, Tensor keys, Tensor values, Tensor mask)
    {
        using var scope = NewDisposeScope();
        return Finish(input, _attention.ForwardAfter(_ln1.call(input), keys, values, mask)).MoveToOuterDisposeScope();
    }

    /// <summary>Every tensor of a block of a name, D wide, and of its MLP's width.</summary>
    public static IEnumerable<TensorInfo> Tensors(string name, long d, long hidden) =>
    [
        new($"{name}.attn.in_proj_weight", [3 * d, d]),
        new($"{name}.attn.in_proj_bias", [3 * d]),
        .. LayerTensors.Linear($"{name}.attn.out_proj", d, d),
        .. LayerTensors.LayerNorm($"{name}.ln_1", d),
        .. LayerTensors.Linear($"{name}.mlp.c_fc", d, hidden),
        .. LayerTensors.Linear($"{name}.mlp.c_proj", hidden, d),
        .. LayerTensors.LayerNorm($"{name}.ln_2", d),
    ];

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Finish(input, _attention.call(_ln1.call(input))).MoveToOuterDisposeScope(); // (N, L, D)
    }

    private Tensor Finish(Tensor input, Tensor attended)
    {
        using var scope = NewDisposeScope();
        Tensor x = input.add(attended, Scalars.One);
        return x.add(_mlp.call(_ln2.call(x)), Scalars.One).MoveToOuterDisposeScope();
    }
}

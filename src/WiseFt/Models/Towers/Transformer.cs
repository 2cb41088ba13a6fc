using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using WiseFt.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Models;

/// <summary>A stack of residual attention blocks: (N, L, D) to (N, L, D).</summary>
internal sealed class Transformer : Module<Tensor, Tensor>
{
    [ComponentName(Name = "resblocks")] private readonly ModuleList<ResidualAttentionBlock> _blocks;

    public Transformer(int layers, Func<ResidualAttentionBlock> block)
        : base(nameof(Transformer))
    {
        _blocks = new ModuleList<ResidualAttentionBlock>([.. Enumerable.Range(0, layers).Select(_ => block())]);
        RegisterComponents();
    }

    /// <summary>The blocks, first to last.</summary>
    public IReadOnlyList<ResidualAttentionBlock> Blocks => [.. _blocks];

    /// <summary>Every tensor of a stack.</summary>
    /// <param name="name">The stack's.</param>
    /// <param name="layers">How many blocks.</param>
    /// <param name="d">Their width.</param>
    /// <param name="hidden">Their MLP's.</param>
    public static IEnumerable<TensorInfo> Tensors(string name, int layers, long d, long hidden) =>
        Enumerable.Range(0, layers).SelectMany(i => ResidualAttentionBlock.Tensors($"{name}.resblocks.{i}", d, hidden));

    public override Tensor forward(Tensor input) => Forward(input, (block, x) => block.call(x));

    /// <summary>The output of the first token alone: (N, L, D) to (N, 1, D). The last block then computes nothing for the others.</summary>
    public Tensor ForwardFirst(Tensor input) =>
        Forward(input, (block, x) => ReferenceEquals(block, _blocks[^1]) ? block.ForwardFirst(x) : block.call(x));

    private Tensor Forward(Tensor input, Func<ResidualAttentionBlock, Tensor, Tensor> apply)
    {
        Tensor x = input;
        foreach (ResidualAttentionBlock block in _blocks)
        {
            Tensor next = apply(block, x);
            if (!ReferenceEquals(x, input)) x.Dispose();
            x = next;
        }
        return x;
    }
}

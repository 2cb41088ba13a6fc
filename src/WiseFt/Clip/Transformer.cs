using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt;

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

    public override Tensor forward(Tensor input)
    {
        Tensor x = input;
        foreach (ResidualAttentionBlock block in _blocks)
        {
            Tensor next = block.call(x);
            if (!ReferenceEquals(x, input)) x.Dispose();
            x = next;
        }
        return x;
    }
}

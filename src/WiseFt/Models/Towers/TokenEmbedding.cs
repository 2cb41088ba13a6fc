using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Models;

/// <summary>A vector for each token id: int64 (N, L) to (N, L, D).</summary>
internal sealed class TokenEmbedding : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight; // (V, D)

    public TokenEmbedding(int vocabularySize, int width)
        : base(nameof(TokenEmbedding))
    {
        _weight = new Parameter(empty(vocabularySize, width));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _weight.index_select(0, input.reshape(-1))                              // (N L, D)
            .view(input.shape[0], input.shape[1], -1).MoveToOuterDisposeScope();       // (N, L, D)
    }
}

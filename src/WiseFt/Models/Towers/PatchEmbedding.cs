using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using WiseFt.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Models;

/// <summary>A convolution without bias over patches that do not overlap: (N, 3, R, R) to (N, (R / P)^2, D).</summary>
internal sealed class PatchEmbedding : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight; // (D, 3, P, P)
    private readonly long[] _stride;

    public PatchEmbedding(int patchSize, int width)
        : base(nameof(PatchEmbedding))
    {
        _stride = [patchSize, patchSize];
        _weight = new Parameter(empty(width, 3, patchSize, patchSize));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Autocast.Conv2d(input, _weight, _stride)                                // (N, D, R / P, R / P)
            .flatten(2).transpose(1, 2).MoveToOuterDisposeScope();                     // (N, (R / P)^2, D)
    }
}

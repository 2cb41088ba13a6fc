using TorchSharp;
using TorchSharp.Utils;
using WiseFt.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Models;

/// <summary>The two-layer perceptron of a residual block.</summary>
internal sealed class FeedForward : Module<Tensor, Tensor>
{
    [ComponentName(Name = "c_fc")] private readonly LinearLayer _cFc;
    [ComponentName(Name = "c_proj")] private readonly LinearLayer _cProj;
    private readonly Activation _activation;

    public FeedForward(int width, int hidden, Activation activation)
        : base(nameof(FeedForward))
    {
        _activation = activation;
        _cFc = new LinearLayer(width, hidden);
        _cProj = new LinearLayer(hidden, width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        if (_activation == Activation.QuickGelu && Products.FusesActivation(input))
        {
            // y sigmoid(1.702 y) is swish(1.702 y) / 1.702: the factor goes into the weights on both sides.
            Tensor scaled = _cFc.ScaledSwish(input, Scalars.QuickGeluFactor);                  // (N, L, hidden)
            return _cProj.Unscaled(scaled, Scalars.QuickGeluFactor).MoveToOuterDisposeScope(); // (N, L, D)
        }
        Tensor hidden = _cFc.call(input);                                              // (N, L, hidden)
        Tensor active = _activation == Activation.QuickGelu ? QuickGelu(hidden) : functional.gelu(hidden);
        return _cProj.call(active).MoveToOuterDisposeScope();                          // (N, L, D)
    }

    // The largest activations of the model: in place where no gradient needs them afterwards. The first product is not: in bfloat16
    // libtorch rounds the factor of a product in place, and scoring would differ from training.
    private static Tensor QuickGelu(Tensor x)
    {
        if (is_grad_enabled()) return functional.silu(x.mul(Scalars.QuickGelu)).div(Scalars.QuickGelu);
        return functional.silu(x.mul(Scalars.QuickGelu), inplace: true).div_(Scalars.QuickGelu);
    }
}

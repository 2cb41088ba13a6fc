using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using WiseFt.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Models;

/// <summary>y = x W^T + b, with weights that wait to be loaded.</summary>
/// <remarks>Differs from TorchSharp's <c>Linear</c>: it draws no random weights, which takes seconds for a large model.</remarks>
internal sealed class LinearLayer : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight; // (outputs, inputs)
    [ComponentName(Name = "bias")] private readonly Parameter _bias;     // (outputs)

    public LinearLayer(long inputs, long outputs)
        : base(nameof(LinearLayer))
    {
        _weight = new Parameter(empty(outputs, inputs));
        _bias = new Parameter(empty(outputs));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => Products.Linear(input, _weight, _bias);

    /// <inheritdoc cref="Products.ScaledSwish"/>
    public Tensor ScaledSwish(Tensor input, double scale) => Products.ScaledSwish(input, _weight, _bias, scale);

    /// <inheritdoc cref="Products.Unscaled"/>
    public Tensor Unscaled(Tensor input, double scale) => Products.Unscaled(input, _weight, _bias, scale);
}

/// <summary>A square convolution without bias that keeps height and width at stride 1, with weights that wait to be loaded.</summary>
/// <remarks>Differs from TorchSharp's <c>Conv2d</c>: it draws no random weights, which takes seconds for a large model.</remarks>
internal sealed class Convolution : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight; // (outputs, inputs, kernel, kernel)
    private readonly long[] _stride;
    private readonly long[] _padding;

    public Convolution(long inputs, long outputs, long kernel, long stride = 1)
        : base(nameof(Convolution))
    {
        (_stride, _padding) = ([stride, stride], [kernel / 2, kernel / 2]);
        _weight = new Parameter(empty(outputs, inputs, kernel, kernel));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => Products.Conv2d(input, _weight, _stride, _padding);
}

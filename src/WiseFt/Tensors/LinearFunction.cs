using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>input W^T + b with gradients, each of the three products by <see cref="OneDnn"/>.</summary>
/// <remarks>TorchSharp keeps one object of the type; it is not to be made otherwise.</remarks>
internal sealed class LinearFunction : autograd.SingleTensorFunction<LinearFunction>
{
    private const string Wanted = "wanted";

    /// <inheritdoc/>
    public override string Name => nameof(LinearFunction);

    /// <summary>(…, inputs), (outputs, inputs) and (outputs) to (…, outputs).</summary>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (input, weight, bias) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2]);
        ctx.save_for_backward([input, weight]);
        ctx.save_data(Wanted, (input.requires_grad, weight.requires_grad, bias.requires_grad));
        return OneDnn.Linear(input, weight, bias);
    }

    /// <summary>The gradient of the output, (…, outputs), to those of the three.</summary>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        List<Tensor> saved = ctx.get_saved_variables();
        using Tensor input = saved[0], weight = saved[1];
        var (ofInput, ofWeight, ofBias) = ((bool, bool, bool))ctx.get_data(Wanted);
        using var scope = NewDisposeScope();
        Tensor rows = grad_output.reshape(-1, weight.shape[0]);                         // (N, outputs)
        List<Tensor?> gradients =
        [
            ofInput ? OneDnn.Linear(grad_output, weight.t(), null) : null,
            ofWeight ? OneDnn.Linear(rows.t(), input.reshape(-1, weight.shape[1]).t(), null) : null, // (outputs, N) (N, inputs)
            ofBias ? rows.sum([0]) : null,
        ];
        foreach (Tensor? gradient in gradients) gradient?.MoveToOuterDisposeScope();
        return gradients!;
    }
}

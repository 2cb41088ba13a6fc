using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt.Training;

/// <summary>Gradients with activation checkpointing: what the stages give is kept,
/// and everything inside a stage is computed again for its gradient.</summary>
/// <remarks>The numbers are those of an ordinary backward pass, for a third more computation. Source: Chen et al., Training deep nets
/// with sublinear memory cost (arXiv 1604.06174); torch.utils.checkpoint.</remarks>
internal static class ActivationCheckpointing
{
    /// <summary>Adds the gradient of a loss to the gradients of all parameters that it depends on.</summary>
    /// <param name="stages">The forward pass.</param>
    /// <param name="input">What the first stage takes; it gets no gradient.</param>
    /// <param name="loss">From what the last stage gives to a single number.</param>
    /// <returns>The loss.</returns>
    public static double Run(IReadOnlyList<Func<Tensor, Tensor>> stages, Tensor input, Func<Tensor, Tensor> loss)
    {
        using var scope = NewDisposeScope();
        var inputs = new List<Tensor> { input };
        using (no_grad())
            foreach (Func<Tensor, Tensor> stage in stages) inputs.Add(stage(inputs[^1]));
        using IDisposable grad = enable_grad();
        Tensor output = inputs[^1].requires_grad_();
        Tensor value = loss(output);
        value.backward();
        Tensor gradient = output.grad!;
        for (int i = stages.Count - 1; i > 0; i--)
        {
            Tensor next = Backward(stages[i], inputs[i], gradient);
            gradient.Dispose();
            inputs[i + 1].Dispose();
            gradient = next;
        }
        using Tensor first = stages[0](input);
        first.backward([gradient]);
        return value.item<float>();
    }

    /// <summary>The gradient of a stage's input from that of its output.</summary>
    private static Tensor Backward(Func<Tensor, Tensor> stage, Tensor input, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        input.requires_grad_();
        stage(input).backward([gradient]);
        return input.grad!.MoveToOuterDisposeScope();
    }
}

using TorchSharp.Modules;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Training;

/// <summary>Adam with decoupled weight decay, in place: one pass over memory a step on the CPU.</summary>
/// <remarks>
/// Source: Loshchilov and Hutter (arXiv 1711.05101) and PyTorch's <c>AdamW</c>, with its defaults beta = (0.9, 0.999), epsilon = 1e-8.
/// Differs from TorchSharp's: no temporaries of the model's size, and the gradient's scaling (clipping) is part of the step.
/// </remarks>
internal sealed class AdamW : IDisposable
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    private readonly State[] _states;
    private readonly double _weightDecay;

    public AdamW(IReadOnlyList<Parameter> parameters, double weightDecay)
    {
        _weightDecay = weightDecay;
        _states = [.. parameters.Select(p => new State(p))];
    }

    /// <summary>How many steps are done: what the bias corrections depend on.</summary>
    public int Steps { get; set; }

    /// <summary>The running means of the gradients and of their squares, by number of the parameter: the tensors themselves.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> NamedTensors() => _states.SelectMany((state, i) => new[]
    {
        KeyValuePair.Create(FormattableString.Invariant($"adamw.{i}.mean"), state.Mean),
        KeyValuePair.Create(FormattableString.Invariant($"adamw.{i}.square"), state.Square),
    });

    /// <summary>Changes every parameter by its gradient and clears the gradients.</summary>
    /// <param name="learningRate">The step's learning rate.</param>
    /// <param name="gradientScale">What the gradients are multiplied by first.</param>
    public void Step(double learningRate, double gradientScale)
    {
        using IDisposable grad = no_grad();
        Steps++;
        var step = new AdamWKernel(
            GradientScale: (float)gradientScale,
            Decay: (float)(1 - learningRate * _weightDecay),
            Beta1: (float)Beta1,
            Beta2: (float)Beta2,
            StepSize: (float)(learningRate / (1 - Math.Pow(Beta1, Steps))),
            InverseRootBias2: (float)(1 / Math.Sqrt(1 - Math.Pow(Beta2, Steps))),
            Epsilon: (float)Epsilon);
        foreach (State state in _states)
        {
            using Tensor? gradient = state.Parameter.grad;
            if (gradient is null) continue;
            if (state.Parameter.device.type == TorchSharp.DeviceType.CPU) step.Apply(state.Parameter, gradient, state.Mean, state.Square);
            else step.ApplyByTensors(state.Parameter, gradient, state.Mean, state.Square);
            gradient.fill_(Scalars.Zero); // TorchSharp's zero_() makes another handle, which holds the gradient's memory until a collection
        }
    }

    /// <summary>Frees the running means.</summary>
    public void Dispose()
    {
        foreach (State state in _states) state.Dispose();
    }

    private sealed class State(Parameter parameter) : IDisposable
    {
        public Parameter Parameter { get; } = parameter;

        public Tensor Mean { get; } = zeros_like(parameter).DetachFromDisposeScope();

        public Tensor Square { get; } = zeros_like(parameter).DetachFromDisposeScope();

        public void Dispose()
        {
            Mean.Dispose();
            Square.Dispose();
        }
    }
}

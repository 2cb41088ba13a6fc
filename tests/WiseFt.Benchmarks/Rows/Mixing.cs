using static TorchSharp.torch;

namespace WiseFt.Benchmarks;

/// <summary>Interpolation of two checkpoints in memory into a third, beside a copy of one.</summary>
internal static class Mixing
{
    private const double Alpha = 0.3;

    public static IEnumerable<Measurement> Run(Inputs inputs)
    {
        Weights theta0 = inputs.Classifier.Weights;
        using Weights theta1 = theta0.Clone(), theta = theta0.Clone();
        double gigabytes = theta0.ParameterCount * sizeof(float) / 1e9;
        yield return Alternation.Rates(
            "InterpolateInto, 2 read and 1 written : Tensor.copy_, 1 read and 1 written", "GB/s", 3 * inputs.Settings.Repetitions,
            (3 * gigabytes, () => WeightSpace.InterpolateInto(theta0, theta1, Alpha, theta)),
            (2 * gigabytes, () => Copy(theta0, theta)));
        yield return Alternation.Rates(
            "Tensor.copy_ : memmove on one thread", "GB/s", 3 * inputs.Settings.Repetitions, (2 * gigabytes, () => Copy(theta0, theta)), (2 * gigabytes, () => Move(theta0, theta)));
    }

    private static void Copy(Weights from, Weights to)
    {
        using IDisposable grad = no_grad();
        foreach (var (name, tensor) in to) tensor.copy_(from[name]);
    }

    private static unsafe void Move(Weights from, Weights to)
    {
        foreach (var (name, tensor) in to)
        {
            long bytes = tensor.numel() * sizeof(float);
            Buffer.MemoryCopy((void*)TensorBytes.Address(from[name]), (void*)TensorBytes.Address(tensor), bytes, bytes);
        }
    }
}

using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Benchmarks;

/// <summary>ResizeFilter of two checkpoints in memory into a third, beside copies of one.</summary>
internal static class Mixing
{
    private const double Alpha = 0.3;
    private const int ChunkBytes = 1 << 18;

    public static IEnumerable<Measurement> Run(Inputs inputs)
    {
        Weights theta0 = inputs.Classifier.Weights;
        using Weights theta1 = theta0.Clone(), theta = theta0.Clone();
        yield return Compare("memory copy on all threads", (from, to, bytes) =>
            Parallel.For(0, (int)((bytes + ChunkBytes - 1) / ChunkBytes), i =>
                Move(from + i * ChunkBytes, to + i * ChunkBytes, Math.Min(ChunkBytes, bytes - (long)i * ChunkBytes))));
        yield return Compare("memory copy on one thread", Move);
        yield return Alternation.Rates(
            Label("Tensor.copy_"), "GB/s", 3 * inputs.Settings.Repetitions, (3 * Gigabytes(theta), Mix),
            (2 * Gigabytes(theta), () => CopyTensors(theta0, theta)));

        Measurement Compare(string what, Action<nint, nint, long> copy) => Alternation.Rates(
            Label(what), "GB/s", 3 * inputs.Settings.Repetitions, (3 * Gigabytes(theta), Mix),
            (2 * Gigabytes(theta), () => CopyBytes(theta0, theta, copy)));

        void Mix() => WeightSpace.InterpolateInto(theta0, theta1, Alpha, theta);
    }

    private static string Label(string copy) => $"InterpolateInto, 2 read and 1 written : {copy}, 1 read and 1 written";

    private static double Gigabytes(Weights theta) => theta.ParameterCount * sizeof(float) / 1e9;

    private static void CopyBytes(Weights from, Weights to, Action<nint, nint, long> copy)
    {
        foreach (var (name, tensor) in to)
            copy(TensorBytes.Address(from[name]), TensorBytes.Address(tensor), tensor.numel() * sizeof(float));
    }

    private static void CopyTensors(Weights from, Weights to)
    {
        using IDisposable grad = no_grad();
        foreach (var (name, tensor) in to) tensor.copy_(from[name]);
    }

    private static unsafe void Move(nint from, nint to, long bytes) => Buffer.MemoryCopy((void*)from, (void*)to, bytes, bytes);
}

using System.Runtime.Intrinsics;
using TorchSharp;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>Sums of tensors with coefficients: computed in float64, rounded once to the destination's type.</summary>
/// <remarks>A tensor whose coefficient is 1 where all others are 0 is copied bit for bit. Float32 tensors on the CPU, nearly all weights
/// there are, are summed in one pass over memory and in parallel.</remarks>
internal static class LinearCombination
{
    /// <summary>Writes a sum. Of integers and booleans the first tensor is copied.</summary>
    /// <param name="name">The tensors' name, for messages.</param>
    /// <param name="destination">Where the sum goes; it may be one of the tensors.</param>
    /// <param name="tensors">The tensors, of the destination's shape.</param>
    /// <param name="coefficients">A number for each.</param>
    /// <exception cref="NotFiniteNumberException">A sum is NaN or infinite.</exception>
    public static void Write(string name, Tensor destination, IReadOnlyList<Tensor> tensors, ReadOnlySpan<double> coefficients)
    {
        int only = destination.is_floating_point() ? Only(coefficients) : 0;
        if (only >= 0)
        {
            destination.copy_(tensors[only]);
            if (!Finite.IsFinite(destination)) throw NotFinite(name);
            return;
        }
        var (summed, factors) = WithoutZeros(tensors, coefficients);
        bool isFinite = IsPlain(destination) && Array.TrueForAll(summed, IsPlain)
            ? SumFloats(destination, summed, factors)
            : SumTensors(destination, summed, factors);
        if (!isFinite) throw NotFinite(name);
    }

    /// <summary>What is said of a sum that is none.</summary>
    public static NotFiniteNumberException NotFinite(string name) => new($"The models cannot be merged: {Finite.Message(name)}");

    /// <summary>The place of the 1 among zeros; -1 where there is more.</summary>
    private static int Only(ReadOnlySpan<double> coefficients)
    {
        int one = coefficients.IndexOf(1);
        return one >= 0 && coefficients[..one].ContainsAnyExcept(0) is false && coefficients[(one + 1)..].ContainsAnyExcept(0) is false
            ? one
            : -1;
    }

    private static (Tensor[] Tensors, double[] Factors) WithoutZeros(IReadOnlyList<Tensor> tensors, ReadOnlySpan<double> coefficients)
    {
        double[] all = coefficients.ToArray();
        int[] places = [.. Enumerable.Range(0, all.Length).Where(i => all[i] != 0)];
        if (places.Length == 0) places = [0];
        return ([.. places.Select(i => tensors[i])], [.. places.Select(i => all[i])]);
    }

    private static bool IsPlain(Tensor tensor) => tensor.dtype == ScalarType.Float32 && tensor.IsPlain();

    private static bool SumTensors(Tensor destination, Tensor[] tensors, double[] factors)
    {
        using Tensor sum = Weighted(tensors[0], factors[0]);
        for (int i = 1; i < tensors.Length; i++)
        {
            using Tensor weighted = Weighted(tensors[i], factors[i]);
            sum.add_(weighted, Scalars.One);
        }
        destination.copy_(sum);
        return Finite.IsFinite(destination);
    }

    private static Tensor Weighted(Tensor tensor, double factor)
    {
        using Scalar scalar = factor;
        return tensor.to(float64, copy: true).mul_(scalar);
    }

    /// <summary>Sums plain tensors; false where a sum is NaN or infinite.</summary>
    private static bool SumFloats(Tensor destination, Tensor[] tensors, double[] factors)
    {
        bool isFinite = true;
        nint[] sources = [.. tensors.Select(TensorBytes.Address)];
        nint target = TensorBytes.Address(destination);
        new FloatElements(destination).InParallel((start, count) =>
        {
            if (!SumFloats(sources, factors, target, (nint)(start * sizeof(float)), count)) Volatile.Write(ref isFinite, false);
        });
        GC.KeepAlive(destination);
        GC.KeepAlive(tensors);
        return Volatile.Read(ref isFinite);
    }

    /// <summary>Sums float32 numbers in memory; false where a sum is NaN or infinite.</summary>
    /// <param name="sources">Where the summands begin.</param>
    /// <param name="factors">A number for each.</param>
    /// <param name="target">Where the sums go.</param>
    /// <param name="offset">How many bytes from those beginnings.</param>
    /// <param name="count">How many numbers.</param>
    public static unsafe bool SumFloats(
        ReadOnlySpan<nint> sources, ReadOnlySpan<double> factors, nint target, nint offset, int count)
    {
        float** thetas = stackalloc float*[sources.Length];
        for (int n = 0; n < sources.Length; n++) thetas[n] = (float*)(sources[n] + offset);
        float* destination = (float*)(target + offset);
        int i = 0;
        bool isFinite = true;
        // x - x is 0 for numbers, and NaN for what is none.
        Vector256<float> none = Vector256<float>.Zero;
        if (Vector256.IsHardwareAccelerated)
            for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.Load(thetas[0] + i));
                (low, high) = (low * factors[0], high * factors[0]);
                for (int n = 1; n < factors.Length; n++)
                {
                    (Vector256<double> nextLow, Vector256<double> nextHigh) = Vector256.Widen(Vector256.Load(thetas[n] + i));
                    (low, high) = (low + nextLow * factors[n], high + nextHigh * factors[n]);
                }
                Vector256<float> result = Vector256.Narrow(low, high);
                none += result - result;
                result.Store(destination + i);
            }
        for (; i < count; i++)
        {
            double sum = thetas[0][i] * factors[0];
            for (int n = 1; n < factors.Length; n++) sum += thetas[n][i] * factors[n];
            destination[i] = (float)sum;
            isFinite &= float.IsFinite(destination[i]);
        }
        return isFinite && none == Vector256<float>.Zero;
    }
}

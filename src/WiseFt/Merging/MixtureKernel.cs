using System.Runtime.Intrinsics;
using TorchSharp;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>The arithmetic of a mixture: the sum of share * theta over two or more models in float64, rounded once to the tensors' type.</summary>
/// <remarks>Float32 tensors on the CPU, nearly all weights there are, are mixed in one pass over memory and in parallel.</remarks>
internal sealed class MixtureKernel(params double[] shares)
{
    private const int ChunkLength = 1 << 16;

    /// <summary>Writes the mixture of floating-point tensors of one shape and type, one for each share, into another, which may be one of them.</summary>
    public void Mix(Tensor destination, params ReadOnlySpan<Tensor> thetas)
    {
        bool plain = IsPlain(destination);
        foreach (Tensor theta in thetas) plain &= IsPlain(theta);
        if (plain) MixFloats(destination, thetas);
        else MixTensors(destination, thetas);
    }

    private static bool IsPlain(Tensor tensor) =>
        tensor.dtype == ScalarType.Float32 && tensor.IsPlain();

    private void MixTensors(Tensor destination, ReadOnlySpan<Tensor> thetas)
    {
        using Tensor sum = Weighted(thetas[0], shares[0]);
        for (int i = 1; i < thetas.Length; i++)
        {
            using Tensor weighted = Weighted(thetas[i], shares[i]);
            sum.add_(weighted, Scalars.One);
        }
        destination.copy_(sum);
    }

    private static Tensor Weighted(Tensor theta, double share)
    {
        using Scalar factor = share;
        return theta.to(float64, copy: true).mul_(factor);
    }

    private unsafe void MixFloats(Tensor destination, ReadOnlySpan<Tensor> thetas)
    {
        long length = destination.numel();
        nint[] sources = new nint[thetas.Length];
        for (int i = 0; i < thetas.Length; i++) sources[i] = TensorBytes.Address(thetas[i]);
        nint target = TensorBytes.Address(destination);
        int chunks = (int)((length + ChunkLength - 1) / ChunkLength);
        if (chunks == 1) MixChunk(0);
        else Parallel.For(0, chunks, MixChunk);
        GC.KeepAlive(destination);
        foreach (Tensor theta in thetas) GC.KeepAlive(theta);

        void MixChunk(int chunk)
        {
            long start = (long)chunk * ChunkLength;
            MixFloats(sources, target, (nint)(start * sizeof(float)), (int)Math.Min(ChunkLength, length - start));
        }
    }

    /// <summary>One piece, <paramref name="offset"/> bytes from the beginning.</summary>
    private unsafe void MixFloats(ReadOnlySpan<nint> sources, nint target, nint offset, int count)
    {
        float** thetas = stackalloc float*[sources.Length];
        for (int n = 0; n < sources.Length; n++) thetas[n] = (float*)(sources[n] + offset);
        float* destination = (float*)(target + offset);
        ReadOnlySpan<double> share = shares;
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
            for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.Load(thetas[0] + i));
                (low, high) = (low * share[0], high * share[0]);
                for (int n = 1; n < share.Length; n++)
                {
                    (Vector256<double> nextLow, Vector256<double> nextHigh) = Vector256.Widen(Vector256.Load(thetas[n] + i));
                    (low, high) = (low + nextLow * share[n], high + nextHigh * share[n]);
                }
                Vector256.Narrow(low, high).Store(destination + i);
            }
        for (; i < count; i++)
        {
            double sum = thetas[0][i] * share[0];
            for (int n = 1; n < share.Length; n++) sum += thetas[n][i] * share[n];
            destination[i] = (float)sum;
        }
    }
}

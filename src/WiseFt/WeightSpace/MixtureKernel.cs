using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt;

/// <summary>The arithmetic of a mixture: (1 - alpha) * a + alpha * b in float64, rounded once to the tensors' type.</summary>
/// <remarks>Float32 tensors on the CPU, nearly all weights there are, are mixed in one pass over memory and in parallel.</remarks>
internal readonly struct MixtureKernel(double alpha)
{
    private const int ChunkLength = 1 << 16;

    private readonly double _share0 = 1 - alpha;
    private readonly double _share1 = alpha;

    /// <summary>Writes the mixture of two floating-point tensors of one shape and type into a third, which may be one of them.</summary>
    public void Mix(Tensor theta0, Tensor theta1, Tensor destination)
    {
        if (IsPlain(theta0) && IsPlain(theta1) && IsPlain(destination)) MixFloats(theta0, theta1, destination);
        else MixTensors(theta0, theta1, destination);
    }

    private static bool IsPlain(Tensor tensor) =>
        tensor.dtype == ScalarType.Float32 && tensor.device_type == DeviceType.CPU && tensor.is_contiguous();

    private void MixTensors(Tensor theta0, Tensor theta1, Tensor destination)
    {
        using Scalar share0 = _share0, share1 = _share1;
        using Tensor weighted0 = theta0.to(float64, copy: true).mul_(share0);
        using Tensor weighted1 = theta1.to(float64, copy: true).mul_(share1);
        using Tensor sum = weighted0.add_(weighted1, Scalars.One);
        destination.copy_(sum);
    }

    private unsafe void MixFloats(Tensor theta0, Tensor theta1, Tensor destination)
    {
        MixtureKernel kernel = this;
        long length = destination.numel();
        nint a = TensorBytes.Address(theta0), b = TensorBytes.Address(theta1), c = TensorBytes.Address(destination);
        int chunks = (int)((length + ChunkLength - 1) / ChunkLength);
        if (chunks == 1) MixChunk(0);
        else Parallel.For(0, chunks, MixChunk);
        GC.KeepAlive((theta0, theta1, destination));

        void MixChunk(int chunk)
        {
            long start = (long)chunk * ChunkLength;
            nint offset = (nint)(start * sizeof(float));
            kernel.MixFloats(ref *(float*)(a + offset), ref *(float*)(b + offset), ref *(float*)(c + offset), (int)Math.Min(ChunkLength, length - start));
        }
    }

    private void MixFloats(ref float theta0, ref float theta1, ref float destination, int count)
    {
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
            for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                (Vector256<double> low0, Vector256<double> high0) = Vector256.Widen(Vector256.LoadUnsafe(ref theta0, (nuint)i));
                (Vector256<double> low1, Vector256<double> high1) = Vector256.Widen(Vector256.LoadUnsafe(ref theta1, (nuint)i));
                Vector256.Narrow(low0 * _share0 + low1 * _share1, high0 * _share0 + high1 * _share1).StoreUnsafe(ref destination, (nuint)i);
            }
        for (; i < count; i++)
            Unsafe.Add(ref destination, i) = (float)(Unsafe.Add(ref theta0, i) * _share0 + Unsafe.Add(ref theta1, i) * _share1);
    }
}

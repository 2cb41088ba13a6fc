using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Training;

/// <summary>The arithmetic of one AdamW step, the same for every parameter.</summary>
/// <param name="GradientScale">What the gradient is multiplied by.</param>
/// <param name="Decay">What the parameter is multiplied by: 1 - learning rate * weight decay.</param>
/// <param name="Beta1">How much of the gradient's running mean is kept.</param>
/// <param name="Beta2">How much of the squared gradient's running mean is kept.</param>
/// <param name="StepSize">Learning rate over the first bias correction.</param>
/// <param name="InverseRootBias2">One over the root of the second bias correction.</param>
/// <param name="Epsilon">Added to the root of the squared gradient's mean.</param>
internal readonly record struct AdamWKernel(
    float GradientScale, float Decay, float Beta1, float Beta2, float StepSize, float InverseRootBias2, float Epsilon)
{
    private const int ChunkLength = 1 << 16;

    /// <summary>Updates float32 CPU tensors in one pass, in parallel.</summary>
    public unsafe void Apply(Tensor parameter, Tensor gradient, Tensor mean, Tensor square)
    {
        AdamWKernel kernel = this;
        long length = parameter.numel();
        using Tensor dense = gradient.contiguous();
        nint p = TensorBytes.Address(parameter), g = TensorBytes.Address(dense), m = TensorBytes.Address(mean),
            v = TensorBytes.Address(square);
        int chunks = (int)((length + ChunkLength - 1) / ChunkLength);
        if (chunks == 1) Update(0);
        else Parallel.For(0, chunks, Update);

        void Update(int chunk)
        {
            long start = (long)chunk * ChunkLength;
            int count = (int)Math.Min(ChunkLength, length - start);
            nint offset = (nint)(start * sizeof(float));
            kernel.Update(
                ref *(float*)(p + offset), ref *(float*)(g + offset), ref *(float*)(m + offset), ref *(float*)(v + offset), count);
        }
    }

    /// <summary>Updates tensors on any device by tensor operations.</summary>
    public void ApplyByTensors(Tensor parameter, Tensor gradient, Tensor mean, Tensor square)
    {
        using var scope = NewDisposeScope();
        using Scalar scale = GradientScale, decay = Decay, beta1 = Beta1, rest1 = 1 - Beta1, beta2 = Beta2, rest2 = 1 - Beta2,
            bias = InverseRootBias2, epsilon = Epsilon, step = -StepSize;
        gradient.mul_(scale);
        parameter.mul_(decay);
        mean.mul_(beta1).add_(gradient, rest1);
        square.mul_(beta2).addcmul_(gradient, gradient, rest2);
        Tensor denominator = square.sqrt().mul_(bias).add_(epsilon, Scalars.One);
        parameter.addcdiv_(mean, denominator, step);
    }

    private void Update(ref float parameter, ref float gradient, ref float mean, ref float square, int count)
    {
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
            for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                nuint at = (nuint)i;
                Vector256<float> g = Vector256.LoadUnsafe(ref gradient, at) * GradientScale;
                Vector256<float> m = Vector256.LoadUnsafe(ref mean, at) * Beta1 + g * (1 - Beta1);
                Vector256<float> v = Vector256.LoadUnsafe(ref square, at) * Beta2 + g * g * (1 - Beta2);
                Vector256<float> denominator = Vector256.Sqrt(v) * InverseRootBias2 + Vector256.Create(Epsilon);
                Vector256<float> p = Vector256.LoadUnsafe(ref parameter, at) * Decay - m / denominator * StepSize;
                m.StoreUnsafe(ref mean, at);
                v.StoreUnsafe(ref square, at);
                p.StoreUnsafe(ref parameter, at);
            }
        for (; i < count; i++)
        {
            float g = Unsafe.Add(ref gradient, i) * GradientScale;
            ref float m = ref Unsafe.Add(ref mean, i);
            ref float v = ref Unsafe.Add(ref square, i);
            ref float p = ref Unsafe.Add(ref parameter, i);
            m = m * Beta1 + g * (1 - Beta1);
            v = v * Beta2 + g * g * (1 - Beta2);
            p = p * Decay - m / (MathF.Sqrt(v) * InverseRootBias2 + Epsilon) * StepSize;
        }
    }
}

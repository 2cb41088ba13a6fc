using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Tensors;

/// <summary>How far an operation of <see cref="Products"/> is from float64 on this machine.</summary>
/// <param name="Operation">The operation and its shape.</param>
/// <param name="Float32">The largest relative error, |x - y| / |y| in the Euclidean norm, of its output and of its inputs' gradients in
/// float32: about 1e-6, NaN where a number is none.</param>
/// <param name="BFloat16">The same in bfloat16: about 0.004, of attention 0.015.</param>
internal sealed record ProductError(string Operation, double Float32, double BFloat16)
{
    /// <summary>Whether both are what rounding explains: a number is rounded by at most 2^-24 of it, and by 2^-8,
    /// and attention has several roundings in a row.</summary>
    public bool IsRounding => Float32 < 1e-4 && BFloat16 < 0.03;
}

/// <summary>Compares each operation that <see cref="Products"/> computes in two precisions with float64, forward and backward.</summary>
/// <remarks>Kernels differ from processor to processor: on some, libraries have been wrong, in float32 too.</remarks>
internal static class ProductCheck
{
    /// <summary>Compares all of them on shapes of small and of published encoders, in less than a second.</summary>
    public static IReadOnlyList<ProductError> Run()
    {
        using var random = new Generator(17);
        return
        [
            Linear(random, rows: 1, 8, 24), Linear(random, rows: 50, 64, 192), Linear(random, rows: 50, 768, 512),
            Product(random, rows: 3, 64, 32), Product(random, rows: 3, 768, 512),
            Attention(random, heads: 4, tokens: 17, 16, causal: false), Attention(random, heads: 2, tokens: 50, 64, causal: true),
            Patches(random, side: 32, patch: 8, 24), Patches(random, side: 224, patch: 32, 768),
            Convolution(random, 3, 4, side: 32, kernel: 3, stride: 2), Convolution(random, 8, 8, side: 16, kernel: 3, stride: 1),
            Convolution(random, 3, 32, side: 64, kernel: 3, stride: 2), Convolution(random, 32, 64, side: 14, kernel: 3, stride: 1),
            Convolution(random, 64, 64, side: 1, kernel: 3, stride: 2), Convolution(random, 8, 32, side: 7, kernel: 1, stride: 1),
        ];
    }

    /// <summary>A linear layer with bias.</summary>
    public static ProductError Linear(Generator random, long rows, long inputs, long outputs) => Compare(
        $"linear layer of {inputs} to {outputs} on 3 x {rows} rows", random, x => Products.Linear(x[0], x[1], x[2]),
        [3, rows, inputs], [outputs, inputs], [outputs]);

    /// <summary>The product with which an encoder ends.</summary>
    public static ProductError Product(Generator random, long rows, long inputs, long outputs) => Compare(
        $"product of {rows} x {inputs} and {inputs} x {outputs}", random, x => Products.MatMul(x[0], x[1]),
        [rows, inputs], [inputs, outputs]);

    /// <summary>Attention of what a linear layer gives to itself.</summary>
    public static ProductError Attention(Generator random, long heads, long tokens, long width, bool causal) => Compare(
        $"{(causal ? "causal " : "")}attention of {heads} heads of {width} over {tokens} tokens", random,
        x =>
        {
            Tensor y = Products.Linear(x[0], x[1], x[2]);
            return functional.scaled_dot_product_attention(y, y, y, is_casual: causal);
        },
        [3, heads, tokens, width], [width, width], [width]);

    /// <summary>A patch embedding.</summary>
    public static ProductError Patches(Generator random, long side, long patch, long outputs) => Compare(
        $"patches of {patch} x {patch} to {outputs} on {side} x {side} pixels", random, x => Products.Patches(x[0], x[1]),
        [3, 3, side, side], [outputs, 3, patch, patch]);

    /// <summary>A square convolution that keeps the size at stride 1.</summary>
    public static ProductError Convolution(Generator random, long inputs, long outputs, long side, long kernel, long stride) => Compare(
        $"{kernel} x {kernel} convolution of {inputs} to {outputs} channels on {side} x {side}, stride {stride}", random,
        x => Products.Conv2d(x[0], x[1], [stride, stride], [kernel / 2, kernel / 2]),
        [3, inputs, side, side], [outputs, inputs, kernel, kernel]);

    private static ProductError Compare(
        string operation, Generator random, Func<IReadOnlyList<Tensor>, Tensor> compute, params ReadOnlySpan<long[]> shapes)
    {
        using var scope = NewDisposeScope();
        var inputs = new List<Tensor>();
        foreach (long[] shape in shapes)
        {
            using Scalar scale = inputs.Count == 0 ? 1 : Math.Sqrt(1.0 / shape.Skip(1).Aggregate(1L, (a, b) => a * b));
            inputs.Add(randn(shape, generator: random).mul_(scale));
        }
        List<Tensor> exact = Gradients(ScalarType.Float64, Precision.Float32);
        return new ProductError(
            operation, Error(Gradients(ScalarType.Float32, Precision.Float32)), Error(Gradients(ScalarType.Float32, Precision.BFloat16)));

        double Error(List<Tensor> computed)
        {
            double[] errors = [.. exact.Zip(computed, (e, c) => (c - e).norm().item<double>() / e.norm().item<double>())];
            return errors.Any(double.IsNaN) ? double.NaN : errors.Max();
        }

        List<Tensor> Gradients(ScalarType type, Precision precision)
        {
            using IDisposable products = Products.In(precision);
            Tensor[] leaves = [.. inputs.Select(i => i.to(type, copy: true).requires_grad_(true))];
            Tensor output = Products.Features(compute(leaves));
            output.square().sum().backward();
            return [.. leaves.Select(l => l.grad!).Prepend(output.detach()).Select(t => t.to(ScalarType.Float64))];
        }
    }
}

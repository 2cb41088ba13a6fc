using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Tensors;

/// <summary>Products that are computed in bfloat16 while a thread asks for it:
/// inputs and weights are rounded on their way, and gradients reach the weights in float32.</summary>
/// <remarks>Which operations are rounded follows torch.autocast, which TorchSharp does not have: linear layers, products, convolutions
/// and attention; what is added, normalised or compared is float32. Differs from it:
/// convolutions and the last product give float32, so that what follows needs no care.</remarks>
internal static class Autocast
{
    [ThreadStatic]
    private static bool _isOn;

    /// <summary>Computes products of this thread in a precision until it is disposed, on the same thread.</summary>
    public static IDisposable To(Precision precision) => new Scope(precision);

    /// <summary>input W^T + b, in bfloat16 while that is asked for: what follows takes it so.</summary>
    public static Tensor Linear(Tensor input, Tensor weight, Tensor bias)
    {
        if (!_isOn) return functional.linear(input, weight, bias);
        using var scope = NewDisposeScope();
        return functional.linear(Rounded(input), Rounded(weight), Rounded(bias)).MoveToOuterDisposeScope();
    }

    /// <summary>input * weight, given in float32.</summary>
    public static Tensor MatMul(Tensor input, Tensor weight)
    {
        if (!_isOn) return input.matmul(weight);
        using var scope = NewDisposeScope();
        return Rounded(input).matmul(Rounded(weight)).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>A convolution without bias, given in float32.</summary>
    public static Tensor Conv2d(Tensor input, Tensor weight, long[] strides, long[]? padding = null)
    {
        if (!_isOn) return functional.conv2d(input, weight, strides: strides, padding: padding);
        using var scope = NewDisposeScope();
        return functional.conv2d(Rounded(input), Rounded(weight), strides: strides, padding: padding).to(ScalarType.Float32)
            .MoveToOuterDisposeScope();
    }

    /// <summary>The encoder's features in float32, whatever its last layer gives.</summary>
    public static Tensor Features(Tensor encoded)
    {
        if (!_isOn || encoded.dtype == ScalarType.Float32) return encoded;
        using (encoded) return encoded.to(ScalarType.Float32);
    }

    private static Tensor Rounded(Tensor tensor) => tensor.to(ScalarType.BFloat16);

    private sealed class Scope : IDisposable
    {
        private readonly bool _before = _isOn;

        public Scope(Precision precision) => _isOn = precision == Precision.BFloat16;

        public void Dispose() => _isOn = _before;
    }
}

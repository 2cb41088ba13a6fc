using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Tensors;

/// <summary>Products that are computed in bfloat16 while a thread asks for it:
/// inputs and weights are rounded on their way, and gradients reach the weights in float32.</summary>
/// <remarks>Which operations are rounded follows torch.autocast, which TorchSharp does not have: linear layers, products, convolutions
/// and attention; what is added, normalised or compared is float32. Differs from it: convolutions and the last product give float32,
/// so that what follows needs no care, and a convolution is a product over its windows where libtorch's own is wrong.</remarks>
internal static class Autocast
{
    private const long VectorLength = 16;

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
    public static Tensor Conv2d(Tensor input, Tensor weight, long[] strides, long[] padding)
    {
        using var scope = NewDisposeScope();
        var (x, w) = _isOn ? (Rounded(input), Rounded(weight)) : (input, weight);
        Tensor y = IsRightInLibtorch(input, weight)
            ? functional.conv2d(x, w, strides: strides, padding: padding)
            : OverWindows(x, w, strides, padding);
        return _isOn ? y.to(ScalarType.Float32).MoveToOuterDisposeScope() : y.MoveToOuterDisposeScope();
    }

    /// <summary>A convolution without bias over square patches that do not overlap, given in float32:
    /// (N, C, R, R) and (D, C, P, P) to (N, (R / P)^2, D).</summary>
    public static Tensor Patches(Tensor input, Tensor weight)
    {
        using var scope = NewDisposeScope();
        var (n, channels, side, patch) = (input.shape[0], input.shape[1], input.shape[2], weight.shape[2]);
        if (!_isOn && !input.requires_grad)
            return functional.conv2d(input, weight, strides: [patch, patch]).flatten(2).transpose(1, 2).MoveToOuterDisposeScope();
        long grid = side / patch;
        var (x, w) = _isOn ? (Rounded(input), Rounded(weight)) : (input, weight);
        Tensor patches = x.narrow(2, 0, grid * patch).narrow(3, 0, grid * patch)
            .view(n, channels, grid, patch, grid, patch).permute(0, 2, 4, 1, 3, 5).reshape(n, grid * grid, -1); // (N, L, C P P)
        return functional.linear(patches, w.flatten(1)).to(input.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>The encoder's features in float32, whatever its last layer gives.</summary>
    public static Tensor Features(Tensor encoded)
    {
        if (!_isOn || encoded.dtype == ScalarType.Float32) return encoded;
        using (encoded) return encoded.to(ScalarType.Float32);
    }

    // On processors with AVX512-BF16 (AMD Zen 5, libtorch 2.10) oneDNN's kernels for convolutions of more than one pixel are wrong where
    // channels do not fill vectors of 16: the gradient of the input in every precision, in bfloat16 the output too. Where the image is
    // smaller than the kernel, bfloat16's gradient of the weights has numbers that nobody wrote. ProductCheck holds each operation to
    // float64, which owes those kernels nothing. Published models fill the vectors; small ones do not.
    private static bool IsRightInLibtorch(Tensor input, Tensor weight)
    {
        if (input.dtype == ScalarType.Float64) return false;
        if (input.device_type != DeviceType.CPU || weight.shape[2] == 1) return true;
        bool fillsVectors = weight.shape[0] % VectorLength == 0 && weight.shape[1] % VectorLength == 0;
        bool coversKernel = input.shape[2] >= weight.shape[2] && input.shape[3] >= weight.shape[3];
        return input.requires_grad ? fillsVectors && coversKernel : !_isOn || (weight.shape[0] % VectorLength == 0 && coversKernel);
    }

    private static Tensor OverWindows(Tensor input, Tensor weight, long[] strides, long[] padding)
    {
        var (kernel, height) = (weight.shape[2], ((input.shape[2] + (2 * padding[0]) - weight.shape[2]) / strides[0]) + 1);
        Tensor windows = functional.unfold(
            input, (kernel, kernel), padding: (padding[0], padding[1]), stride: (strides[0], strides[1]));
        return weight.flatten(1).matmul(windows).view(input.shape[0], weight.shape[0], height, -1); // (N, C K K, L) to (N, D, h, w)
    }

    private static Tensor Rounded(Tensor tensor) => tensor.to(ScalarType.BFloat16);

    private sealed class Scope : IDisposable
    {
        private readonly bool _before = _isOn;

        public Scope(Precision precision) => _isOn = precision == Precision.BFloat16;

        public void Dispose() => _isOn = _before;
    }
}

using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Tensors;

/// <summary>The products of encoders: in which precision and by which kernels.</summary>
/// <remarks>
/// In bfloat16, inputs and weights are rounded on their way, and gradients reach the weights in float32. Which operations are rounded
/// follows torch.autocast, which TorchSharp does not have: linear layers, products, convolutions and attention; what is added, normalised
/// or compared is float32. Differs from it: convolutions and the last product give float32, so that what follows needs no care, and a
/// convolution is a product over its windows where libtorch's own is wrong.
/// Linear layers on the CPU are oneDNN's where it is there.
/// </remarks>
internal static class Products
{
    private const long VectorLength = 16;
    private const long WorthArranging = 128; // rows from which it pays to lay out a weight for a single product

    [ThreadStatic]
    private static Way? _way;

    /// <summary>Whether this thread is inside of <see cref="In"/>.</summary>
    public static bool IsAsked => _way is not null;

    private static Precision CurrentPrecision => _way?.Precision ?? Precision.Float32;

    private static PackedWeights? CurrentPacked => _way?.Packed;

    private static bool IsRounded => CurrentPrecision == Precision.BFloat16;

    /// <summary>Whether a product of this thread can end in an activation: where its weights are packed, and no gradient is kept.</summary>
    public static bool FusesActivation(Tensor input) =>
        CurrentPacked is not null && !is_grad_enabled() && CurrentPrecision != Precision.Int8 &&
        OneDnn.Takes(input.device_type, TypeOf(CurrentPrecision));

    /// <summary>Computes products of this thread in a precision until it is disposed, on the same thread.</summary>
    /// <param name="precision">The precision.</param>
    /// <param name="packed">Weights for products without gradients; null where weights change or are used once.</param>
    public static IDisposable In(Precision precision, PackedWeights? packed = null) => new Scope(new Way(precision, packed));

    /// <summary>Whether somebody looks at this thread's products.</summary>
    public static bool IsObserved => _way?.Observer is not null;

    /// <summary>Shows what linear layers multiply on this thread, in float32 and with the weights as they are, until it is disposed on the
    /// same thread. What they compute stays the same.</summary>
    /// <param name="observer">Gets a layer's weight, which of its rows are used, and its input (…, I).</param>
    public static IDisposable Observe(Action<Tensor, LayerRows, Tensor> observer) =>
        new Scope(new Way(Precision.Float32, Packed: null, observer));

    /// <summary>How products of this thread are computed now, for other threads: what it gives is to be disposed on each.</summary>
    public static Func<IDisposable> Capture()
    {
        Way? way = _way;
        return () => new Scope(way);
    }

    /// <summary>The type of what is multiplied in a precision.</summary>
    public static ScalarType TypeOf(Precision precision) => precision == Precision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>input W^T + b, in bfloat16 while that is asked for: what follows takes it so.</summary>
    public static Tensor Linear(Tensor input, Tensor weight, Tensor bias) =>
        Linear(input, weight, bias, new LayerRows(0, weight.shape[0]));

    /// <summary>The same for some of the outputs.</summary>
    public static Tensor Linear(Tensor input, Tensor weight, Tensor bias, LayerRows rows)
    {
        using var scope = NewDisposeScope();
        _way?.Observer?.Invoke(weight, rows, input);
        return Compute().MoveToOuterDisposeScope();

        Tensor Compute()
        {
            if (CurrentPacked is { } packed && !is_grad_enabled()) return Packed(packed, input, weight, bias, rows);
            var (w, b) = (rows.Of(weight), rows.Of(bias));
            if (CurrentPrecision == Precision.Int8)
            {
                using Int8Weight rounded = Int8Weight.Of(w);
                return rounded.Linear(input, b);
            }
            if (IsRounded) return functional.linear(Rounded(input), Rounded(w), Rounded(b));
            bool isWorthArranging = input.numel() >= WorthArranging * input.shape[^1];
            if (!isWorthArranging || !OneDnn.Takes(input.device_type, input.dtype)) return functional.linear(input, w, b);
            bool hasGradient = is_grad_enabled() && (input.requires_grad || weight.requires_grad || bias.requires_grad);
            return hasGradient ? LinearFunction.apply(input, w, b) : OneDnn.Linear(input, w, b);
        }
    }

    /// <summary>scale y sigmoid(scale y) of y = input W^T + b, where <see cref="FusesActivation"/>.</summary>
    public static Tensor ScaledSwish(Tensor input, Tensor weight, Tensor bias, double scale)
    {
        using var scope = NewDisposeScope();
        var rows = new LayerRows(0, weight.shape[0]);
        Tensor w = CurrentPacked!.Of(weight, rows, CurrentPrecision, scale), b = CurrentPacked.Of(bias, rows, CurrentPrecision, scale);
        return OneDnn.Swish(input.to(TypeOf(CurrentPrecision)), w, b).MoveToOuterDisposeScope();
    }

    /// <summary>input W^T / scale + b, where <see cref="FusesActivation"/>.</summary>
    public static Tensor Unscaled(Tensor input, Tensor weight, Tensor bias, double scale)
    {
        using var scope = NewDisposeScope();
        var rows = new LayerRows(0, weight.shape[0]);
        return Packed(CurrentPacked!, input, weight, bias, rows, 1 / scale).MoveToOuterDisposeScope();
    }

    /// <summary>input * weight, given in float32.</summary>
    public static Tensor MatMul(Tensor input, Tensor weight)
    {
        _way?.Observer?.Invoke(weight, new LayerRows(0, weight.shape[0]), input);
        if (!IsRounded) return input.matmul(weight);
        using var scope = NewDisposeScope();
        return Rounded(input).matmul(Rounded(weight)).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>A convolution without bias, given in float32.</summary>
    public static Tensor Conv2d(Tensor input, Tensor weight, long[] strides, long[] padding)
    {
        using var scope = NewDisposeScope();
        var (x, w) = IsRounded ? (Rounded(input), Rounded(weight)) : (input, weight);
        Tensor y = IsRightInLibtorch(input, weight)
            ? functional.conv2d(x, w, strides: strides, padding: padding)
            : OverWindows(x, w, strides, padding);
        return IsRounded ? y.to(ScalarType.Float32).MoveToOuterDisposeScope() : y.MoveToOuterDisposeScope();
    }

    /// <summary>A convolution without bias over square patches that do not overlap, given in float32:
    /// (N, C, R, R) and (D, C, P, P) to (N, (R / P)^2, D).</summary>
    public static Tensor Patches(Tensor input, Tensor weight)
    {
        using var scope = NewDisposeScope();
        var (n, channels, side, patch) = (input.shape[0], input.shape[1], input.shape[2], weight.shape[2]);
        if (!IsRounded && !input.requires_grad)
            return functional.conv2d(input, weight, strides: [patch, patch]).flatten(2).transpose(1, 2).MoveToOuterDisposeScope();
        long grid = side / patch;
        var (x, w) = IsRounded ? (Rounded(input), Rounded(weight)) : (input, weight);
        Tensor patches = x.narrow(2, 0, grid * patch).narrow(3, 0, grid * patch)
            .view(n, channels, grid, patch, grid, patch).permute(0, 2, 4, 1, 3, 5).reshape(n, grid * grid, -1); // (N, L, C P P)
        return functional.linear(patches, w.flatten(1)).to(input.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>The encoder's features in float32, whatever its last layer gives.</summary>
    public static Tensor Features(Tensor encoded)
    {
        if (!IsRounded || encoded.dtype == ScalarType.Float32) return encoded;
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
        return input.requires_grad ? fillsVectors && coversKernel : !IsRounded || (weight.shape[0] % VectorLength == 0 && coversKernel);
    }

    private static Tensor OverWindows(Tensor input, Tensor weight, long[] strides, long[] padding)
    {
        var (kernel, height) = (weight.shape[2], ((input.shape[2] + (2 * padding[0]) - weight.shape[2]) / strides[0]) + 1);
        Tensor windows = functional.unfold(
            input, (kernel, kernel), padding: (padding[0], padding[1]), stride: (strides[0], strides[1]));
        return weight.flatten(1).matmul(windows).view(input.shape[0], weight.shape[0], height, -1); // (N, C K K, L) to (N, D, h, w)
    }

    private static Tensor Packed(PackedWeights packed, Tensor input, Tensor weight, Tensor bias, LayerRows rows, double scale = 1)
    {
        if (CurrentPrecision == Precision.Int8) return packed.Int8(weight, rows).Linear(input, rows.Of(bias));
        Tensor x = input.to(TypeOf(CurrentPrecision));
        Tensor w = packed.Of(weight, rows, CurrentPrecision, scale), b = packed.Of(bias, rows, CurrentPrecision);
        return OneDnn.Takes(x.device_type, x.dtype) ? OneDnn.Linear(x, w, b) : functional.linear(x, w, b);
    }

    private static Tensor Rounded(Tensor tensor) => tensor.to(ScalarType.BFloat16);

    private sealed record Way(Precision Precision, PackedWeights? Packed, Action<Tensor, LayerRows, Tensor>? Observer = null);

    private sealed class Scope : IDisposable
    {
        private readonly Way? _before = _way;

        public Scope(Way? way) => _way = way;

        public void Dispose() => _way = _before;
    }
}

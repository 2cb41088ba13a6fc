using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>A weight rounded to 8 bits, each output by its own scale, for products with inputs that are rounded on their way, each row by
/// its own: an image's scores do not depend on the others of its batch. Owns native memory, a quarter of the weight's.</summary>
/// <remarks>Dynamic quantisation, symmetrical; sums are exact in 32 bits.</remarks>
internal sealed class Int8Weight : IDisposable
{
    private const int Largest = 127, Zero = 128; // inputs are stored as bytes, 128 for 0
    private static readonly Scalar _largest = Largest, _middle = Zero + 0.5, _smallest = 1e-30;

    private readonly Tensor _packed, _scales, _zeros;

    private Int8Weight(Tensor packed, Tensor scales, Tensor zeros) => (_packed, _scales, _zeros) = (packed, scales, zeros);

    /// <summary>Rounds a weight.</summary>
    /// <param name="weight">float32 (outputs, inputs) on the CPU.</param>
    /// <exception cref="NotSupportedException">This machine does not multiply 8 bits.</exception>
    public static Int8Weight Of(Tensor weight)
    {
        OneDnn.RequireInt8(weight.device_type);
        return Round(weight);
    }

    /// <summary>input W^T + b.</summary>
    /// <param name="input">float32 (…, inputs).</param>
    /// <param name="bias">float32 (outputs).</param>
    /// <returns>float32 (…, outputs).</returns>
    public Tensor Linear(Tensor input, Tensor bias)
    {
        using var scope = NewDisposeScope();
        Tensor scale = Scale(input), rounded = input.div(scale).add_(_middle, Scalars.One).to(ScalarType.Byte); // floor(x + 128.5)
        Tensor sums = OneDnn.Int8(rounded, _packed, _scales, _zeros);
        return addcmul(bias, sums, scale, Scalars.One).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _packed.Dispose();
        _scales.Dispose();
        _zeros.Dispose();
    }

    /// <summary>Whether products of the largest numbers are right here: older instructions sum them in 16 bits, which they leave.</summary>
    internal static bool IsRight()
    {
        using var scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        Tensor x = ones(3, 64), w = ones(32, 64);
        using Int8Weight rounded = Round(w);
        return rounded.Linear(x, zeros(32)).data<float>().All(sum => Math.Abs(sum - 64) < 0.01);
    }

    private static Int8Weight Round(Tensor weight)
    {
        using var scope = NewDisposeScope();
        Tensor scale = Scale(weight), rounded = weight.div(scale).round().to(ScalarType.Int8);
        return new Int8Weight(
            OneDnn.PackInt8(rounded).DetachFromDisposeScope(), scale.flatten().DetachFromDisposeScope(),
            zeros(weight.shape[0], dtype: ScalarType.Int32).DetachFromDisposeScope());
    }

    /// <summary>(…, 1): what the largest number of each row is 127 times of.</summary>
    private static Tensor Scale(Tensor rows) => rows.abs().amax([-1], keepdim: true).div_(_largest).clamp_min_(_smallest);
}

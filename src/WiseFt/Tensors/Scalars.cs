using TorchSharp;

namespace WiseFt.Tensors;

/// <summary>Scalars that live as long as the process.</summary>
/// <remarks>
/// TorchSharp 0.107 does not keep the Scalar of an operation alive while the operation runs: where a number is converted on the way, as in
/// <c>2 * x</c> and, with its hidden 1, in <c>x + y</c>, a garbage collection on another thread can free it first. So operations here
/// get a scalar from this class, or one that a <c>using</c> keeps until after them.
/// </remarks>
internal static class Scalars
{
    /// <summary>0: what a gradient is after a step.</summary>
    public static readonly Scalar Zero = 0;

    /// <summary>1: how often the second summand of an addition is taken.</summary>
    public static readonly Scalar One = 1;

    /// <summary>The factor in QuickGELU's sigmoid.</summary>
    public const double QuickGeluFactor = 1.702;

    /// <inheritdoc cref="QuickGeluFactor"/>
    public static readonly Scalar QuickGelu = QuickGeluFactor;
}

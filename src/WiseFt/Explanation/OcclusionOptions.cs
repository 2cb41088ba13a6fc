using WiseFt.Tensors;

namespace WiseFt.Explanation;

/// <summary>How a picture is covered, patch by patch. Immutable; vary with <c>with</c>.</summary>
public sealed record OcclusionOptions
{
    private const int WindowsAcross = 4;

    /// <summary>Side of the square patch, in pixels of the square that the model sees.</summary>
    /// <value>At least 1 and less than the square's side. Null (the default) for a quarter of it: large enough to cover what a class is
    /// known by. A smaller one shows more and finds less.</value>
    public int? Window { get; init => field = value is int side ? Check.AtLeast(side, 1, nameof(Window)) : null; }

    /// <summary>How far apart two patches are, in pixels, which is also the side of the map's cells.</summary>
    /// <value>1 to the window. Null (the default) for a quarter of the window: 13 x 13 = 169 patches with the default window.</value>
    public int? Stride { get; init => field = value is int step ? Check.AtLeast(step, 1, nameof(Stride)) : null; }

    /// <summary>Pictures in memory at once. At least 1; default 32.</summary>
    public int BatchSize { get; init => field = Check.AtLeast(value, 1); } = 32;

    /// <summary>In what the encoder's products are computed. Default float32.</summary>
    public Precision Precision { get; init => field = Check.Defined(value); }

    /// <summary>Window and stride for a square.</summary>
    /// <param name="side">Its side in pixels.</param>
    /// <exception cref="ArgumentException">The window is not smaller than the square, or the stride larger than the window.</exception>
    internal (int Window, int Stride) For(int side)
    {
        int window = Window ?? Math.Max(1, side / WindowsAcross);
        int stride = Stride ?? Math.Max(1, window / WindowsAcross);
        if (window >= side)
            throw new ArgumentException(FormattableString.Invariant(
                $"{nameof(Window)} is {window}, and the model sees {side} x {side} pixels; expected 1 to {side - 1}."));
        if (stride > window)
            throw new ArgumentException(FormattableString.Invariant(
                $"{nameof(Stride)} is {stride} and {nameof(Window)} {window}, which leaves gaps; expected 1 to {window}."));
        return (window, stride);
    }
}

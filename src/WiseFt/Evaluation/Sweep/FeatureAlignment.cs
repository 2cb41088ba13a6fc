using System.Collections.Immutable;
using TorchSharp;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Evaluation;

/// <summary>The complement of linear centred kernel alignment of two models' features,
/// gathered batch by batch: no feature is kept.</summary>
/// <remarks>Equal to <see cref="Diversity.CkaComplement"/> of the same features, in double precision.</remarks>
internal sealed class FeatureAlignment : IDisposable
{
    /// <summary>How many images of a test set count, the first: the paper's number, appendix E.</summary>
    public const int MaximumCount = 10_000;

    private long _count;
    private Tensor? _firstSum, _secondSum, _firstProducts, _secondProducts, _crossProducts;

    /// <summary>Adds some images.</summary>
    /// <param name="first">The first model's features (N, D), row by row.</param>
    /// <param name="second">The second model's features (N, D), same images.</param>
    /// <param name="count">How many images, N.</param>
    public void Add(ImmutableArray<float> first, ImmutableArray<float> second, int count)
    {
        long n = Math.Min(count, MaximumCount - _count);
        if (n <= 0) return;
        using var scope = NewDisposeScope();
        Tensor f = Rows(first, count).narrow(0, 0, n), g = Rows(second, count).narrow(0, 0, n);
        _count += n;
        Accumulate(ref _firstSum, f.sum(0, keepdim: true));             // (1, D)
        Accumulate(ref _secondSum, g.sum(0, keepdim: true));            // (1, D)
        Accumulate(ref _firstProducts, f.T.mm(f));                      // (D, D)
        Accumulate(ref _secondProducts, g.T.mm(g));                     // (D, D)
        Accumulate(ref _crossProducts, g.T.mm(f));                      // (D, D)
    }

    /// <summary>1 - |G'F|^2 / (|F'F| |G'G|) of the centred features, in [0, 1]; null where they do not vary.</summary>
    public double? Complement()
    {
        if (_count < 2) return null;
        double first = CentredNorm(_firstProducts!, _firstSum!, _firstSum!),
            second = CentredNorm(_secondProducts!, _secondSum!, _secondSum!);
        double cross = CentredNorm(_crossProducts!, _secondSum!, _firstSum!);
        double complement = 1 - cross * cross / (first * second);
        return double.IsFinite(complement) ? Math.Clamp(complement, 0, 1) : null;
    }

    public void Dispose()
    {
        foreach (Tensor? tensor in (Tensor?[])[_firstSum, _secondSum, _firstProducts, _secondProducts, _crossProducts]) tensor?.Dispose();
    }

    private double CentredNorm(Tensor products, Tensor left, Tensor right)
    {
        using var scope = NewDisposeScope();
        using Scalar count = _count;
        return products.sub(left.T.mm(right).div(count)).norm().item<double>();
    }

    private static Tensor Rows(ImmutableArray<float> values, int count) => tensor(values.ToArray()).view(count, -1).to(ScalarType.Float64);

    private static void Accumulate(ref Tensor? total, Tensor part)
    {
        if (total is null) total = part.DetachFromDisposeScope();
        else total.add_(part, Scalars.One);
    }
}

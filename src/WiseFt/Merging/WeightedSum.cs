using System.Globalization;
using System.Runtime.Intrinsics;
using TorchSharp;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>The weighted sum of models, theta = sum over i of share_i * theta_i:
/// the WiSE-FT mixture of two, the average of a model soup.</summary>
/// <remarks>
/// The sum is computed in float64 and rounded once to the tensors' type. A model whose share is 1 is copied bit for bit; integers and
/// booleans come from the base. Float32 tensors on the CPU, nearly all weights there are,
/// are summed in one pass over memory and in parallel.
/// </remarks>
internal sealed class WeightedSum : IMergeMethod
{
    private const double ShareTolerance = 1e-9;
    private const int ChunkLength = 1 << 16;

    private readonly double[] _shares;
    private readonly int _whole;

    /// <summary>A sum of as many models as there are shares.</summary>
    /// <param name="shares">The base's and then the others', each in [0, 1], with the sum 1 (up to 1e-9).</param>
    /// <exception cref="ArgumentOutOfRangeException">A share is NaN or outside [0, 1].</exception>
    /// <exception cref="ArgumentException">Their sum is not 1.</exception>
    public WeightedSum(IReadOnlyList<double> shares)
    {
        foreach (double share in shares) Check.InRange(share, 0.0, 1.0);
        if (!(Math.Abs(shares.Sum() - 1) <= ShareTolerance))
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"The shares {string.Join(", ", shares.Select(Text))} have the sum {shares.Sum()}; expected 1."),
                nameof(shares));
        _shares = [.. shares];
        _whole = shares.Count == 1 ? 0 : Array.IndexOf(_shares, 1);
    }

    /// <summary>The WiSE-FT mixture of a zero-shot model, which is the base, and a fine-tuned one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Alpha is NaN or outside [0, 1].</exception>
    public static WeightedSum Mixture(double alpha) => new([1 - MixingCoefficient.Checked(alpha), alpha]);

    /// <summary>The sum of any number of models.</summary>
    /// <exception cref="ArgumentException">There is another number of shares, or they are none.</exception>
    public static WeightedSum Of(int models, IReadOnlyList<double> shares)
    {
        ArgumentNullException.ThrowIfNull(shares);
        return shares.Count == models
            ? new WeightedSum(shares)
            : throw new ArgumentException(
                $"There are {shares.Count} shares and {models} models; expected one share for each.", nameof(shares));
    }

    /// <inheritdoc/>
    public void Merge(string name, Tensor destination, Tensor theta0, params ReadOnlySpan<Tensor> thetas)
    {
        Tensor[] all = [theta0, .. thetas];
        int only = destination.is_floating_point() ? _whole : 0;
        if (only < 0 && IsPlain(destination) && Array.TrueForAll(all, IsPlain))
        {
            if (!SumFloats(destination, all)) throw NotFinite(name);
            return;
        }
        if (only >= 0) destination.copy_(all[only]);
        else SumTensors(destination, all);
        if (!Finite.IsFinite(destination)) throw NotFinite(name);
    }

    private static NotFiniteNumberException NotFinite(string name) => new($"The models cannot be mixed: {Finite.Message(name)}");

    private static string Text(double share) => share.ToString(CultureInfo.InvariantCulture);

    private static bool IsPlain(Tensor tensor) => tensor.dtype == ScalarType.Float32 && tensor.IsPlain();

    private void SumTensors(Tensor destination, Tensor[] thetas)
    {
        using Tensor sum = Weighted(thetas[0], _shares[0]);
        for (int i = 1; i < thetas.Length; i++)
        {
            using Tensor weighted = Weighted(thetas[i], _shares[i]);
            sum.add_(weighted, Scalars.One);
        }
        destination.copy_(sum);
    }

    private static Tensor Weighted(Tensor theta, double share)
    {
        using Scalar factor = share;
        return theta.to(float64, copy: true).mul_(factor);
    }

    /// <summary>Sums plain tensors; false where a sum is NaN or infinite.</summary>
    private bool SumFloats(Tensor destination, Tensor[] thetas)
    {
        bool isFinite = true;
        long length = destination.numel();
        nint[] sources = [.. thetas.Select(TensorBytes.Address)];
        nint target = TensorBytes.Address(destination);
        int chunks = (int)((length + ChunkLength - 1) / ChunkLength);
        if (chunks == 1) SumChunk(0);
        else Parallel.For(0, chunks, SumChunk);
        GC.KeepAlive(destination);
        GC.KeepAlive(thetas);
        return Volatile.Read(ref isFinite);

        void SumChunk(int chunk)
        {
            long start = (long)chunk * ChunkLength;
            if (!SumFloats(sources, target, (nint)(start * sizeof(float)), (int)Math.Min(ChunkLength, length - start)))
                Volatile.Write(ref isFinite, false);
        }
    }

    /// <summary>One piece, <paramref name="offset"/> bytes from the beginning.</summary>
    private unsafe bool SumFloats(ReadOnlySpan<nint> sources, nint target, nint offset, int count)
    {
        float** thetas = stackalloc float*[sources.Length];
        for (int n = 0; n < sources.Length; n++) thetas[n] = (float*)(sources[n] + offset);
        float* destination = (float*)(target + offset);
        ReadOnlySpan<double> share = _shares;
        int i = 0;
        bool isFinite = true;
        // x - x is 0 for numbers, and NaN for what is none.
        Vector256<float> none = Vector256<float>.Zero;
        if (Vector256.IsHardwareAccelerated)
            for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.Load(thetas[0] + i));
                (low, high) = (low * share[0], high * share[0]);
                for (int n = 1; n < share.Length; n++)
                {
                    (Vector256<double> nextLow, Vector256<double> nextHigh) = Vector256.Widen(Vector256.Load(thetas[n] + i));
                    (low, high) = (low + nextLow * share[n], high + nextHigh * share[n]);
                }
                Vector256<float> result = Vector256.Narrow(low, high);
                none += result - result;
                result.Store(destination + i);
            }
        for (; i < count; i++)
        {
            double sum = thetas[0][i] * share[0];
            for (int n = 1; n < share.Length; n++) sum += thetas[n][i] * share[n];
            destination[i] = (float)sum;
            isFinite &= float.IsFinite(destination[i]);
        }
        return isFinite && none == Vector256<float>.Zero;
    }
}

using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>Task vectors of weights that are matrices, which some methods merge by their singular values.</summary>
/// <remarks>They are decomposed in float64: to make small singular values count like large ones multiplies the rounding errors of their
/// directions, which in float32 reach the third digit and differ between processors.</remarks>
internal static class TaskMatrices
{
    private const double Unit = 1.0 / (1L << 52); // of float64

    /// <summary>Whether a tensor is merged as a matrix: it has two axes and is not CLIP's text projection, which the methods' authors leave
    /// out.</summary>
    public static bool Are(string name, Tensor taskVector) =>
        taskVector.dim() == 2 && !name.Contains("text_projection", StringComparison.Ordinal);

    /// <summary>What becomes of all other tensors: the mean of weight_i tau_i, in the first task vector.</summary>
    public static Tensor Mean(string name, IReadOnlyList<Tensor> taskVectors, double[] weights) =>
        TaskVectorSum.Into(name, taskVectors, [.. weights.Select(w => w / taskVectors.Count)]);

    /// <summary>sum of weight_i tau_i in float64.</summary>
    public static Tensor Sum(string name, IReadOnlyList<Tensor> taskVectors, double[] weights)
    {
        Tensor sum = empty(taskVectors[0].shape, dtype: float64);
        LinearCombination.Write(name, sum, taskVectors, weights);
        return sum;
    }

    /// <summary>How many singular values of an (M, N) matrix are more than the rounding errors of the largest, max(M, N) * 2^-52 of it. The
    /// vectors of the others are chance.</summary>
    public static int Rank(Tensor u, Tensor s, Tensor vt)
    {
        double[] values = [.. s.data<double>()];
        double error = Math.Max(u.shape[0], vt.shape[1]) * Unit * values[0];
        return values.Count(value => value > error);
    }

    /// <summary>U V^T of a matrix U S V^T: the nearest one all of whose singular values, as many as its rank, are 1.</summary>
    /// <param name="u">Left singular vectors (M, K).</param>
    /// <param name="s">Singular values (K), largest first.</param>
    /// <param name="vt">Right singular vectors (K, N), transposed.</param>
    public static Tensor Isotropic(Tensor u, Tensor s, Tensor vt)
    {
        using var scope = NewDisposeScope();
        int rank = Rank(u, s, vt);
        return u.narrow(1, 0, rank).matmul(vt.narrow(0, 0, rank)).MoveToOuterDisposeScope();
    }
}

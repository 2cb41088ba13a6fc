using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>Of each of T task matrices the largest rank / T singular values with their vectors, where the vectors of all tasks are made
/// orthogonal to one another; of other tensors the mean of the task vectors.</summary>
/// <remarks>At least one singular value of each is kept, but none that is zero: a model that does not differ from the base takes no
/// directions from the others. Of a single model all are kept, which is the model. Source: Gargiulo et al., Task
/// singular vectors (arXiv 2412.00081), TSV-Merge; AntoAndGar/task_singular_vectors <c>src/utils/TSVM_utils.py</c>.</remarks>
internal sealed class TsvM(MergeSettings settings) : ITaskVectorMethod
{
    /// <inheritdoc/>
    public Tensor Merge(string name, IReadOnlyList<Tensor> taskVectors)
    {
        double[] weights = settings.Weights(name, normalize: false);
        if (!TaskMatrices.Are(name, taskVectors[0])) return TaskMatrices.Mean(name, taskVectors, weights);
        // M, N: the matrix; K singular values of each of T tasks
        using var scope = NewDisposeScope();
        long rank = Math.Min(taskVectors[0].shape[0], taskVectors[0].shape[1]);
        (Tensor U, Tensor S, Tensor Vt)[] tasks =
            [.. taskVectors.Select((_, i) => Largest(TaskMatrices.Sum(name, [taskVectors[i]], [weights[i]]), rank / taskVectors.Count))];
        if (Array.TrueForAll(tasks, t => t.S.numel() == 0)) return TaskVectorSum.Into(name, taskVectors, weights);
        Tensor u = Orthogonal(cat([.. tasks.Select(t => t.U)], 1));                      // (M, TK)
        Tensor s = cat([.. tasks.Select(t => t.S)], 0);                                  // (TK)
        Tensor vt = Orthogonal(cat([.. tasks.Select(t => t.Vt)], 0));                    // (TK, N)
        return u.mul(s).matmul(vt).MoveToOuterDisposeScope();
    }

    private static (Tensor U, Tensor S, Tensor Vt) Largest(Tensor matrix, long count)
    {
        var (u, s, vt) = linalg.svd(matrix, fullMatrices: false);
        count = Math.Min(Math.Max(1, count), TaskMatrices.Rank(u, s, vt));
        return (u.narrow(1, 0, count), s.narrow(0, 0, count), vt.narrow(0, 0, count));
    }

    private static Tensor Orthogonal(Tensor vectors)
    {
        var (u, s, vt) = linalg.svd(vectors, fullMatrices: false);
        return TaskMatrices.Isotropic(u, s, vt);
    }
}

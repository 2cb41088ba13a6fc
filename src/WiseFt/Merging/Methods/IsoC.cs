using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>The sum of the task matrices with all its singular values made equal to their mean; of other tensors the mean of the task
/// vectors.</summary>
/// <remarks>Source: Marczak et al., No task left behind (arXiv 2502.04959), Iso-C; danielm1405/iso-merging. Lambda is its factor s.
/// </remarks>
internal sealed class IsoC(MergeSettings settings) : ITaskVectorMethod
{
    /// <inheritdoc/>
    public Tensor Merge(string name, IReadOnlyList<Tensor> taskVectors)
    {
        double[] weights = settings.Weights(name, normalize: false);
        if (!TaskMatrices.Are(name, taskVectors[0])) return TaskMatrices.Mean(name, taskVectors, weights);
        using var scope = NewDisposeScope();
        var (u, s, vt) = linalg.svd(TaskMatrices.Sum(name, taskVectors, weights), fullMatrices: false);
        return TaskMatrices.Isotropic(u, s, vt).mul_(s.mean()).MoveToOuterDisposeScope();
    }
}

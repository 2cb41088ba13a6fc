using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>Merges by coefficients: what they are made of is measured, and then the tensors are summed.</summary>
internal sealed class CoefficientMerge(ICoefficients coefficients) : IMergeMethod
{
    /// <summary>The method.</summary>
    public ICoefficients Coefficients => coefficients;

    /// <inheritdoc/>
    public void Merge(string name, Tensor destination, IReadOnlyList<MergeModel> models)
    {
        using var scope = NewDisposeScope();
        Tensor[] tensors = [.. models.Select(m => m.Get(name))];
        if (coefficients.ByRow && destination.dim() > 1) MergeRows(name, destination, tensors);
        else MergeWhole(name, destination, tensors);
    }

    // Each row with coefficients of its own.
    private void MergeRows(string name, Tensor destination, Tensor[] tensors) => ParallelReading.ForEach(
        Enumerable.Range(0, (int)destination.shape[0]), row =>
        {
            using var scope = NewDisposeScope();
            MergeWhole(name, destination.select(0, row), [.. tensors.Select(t => t.select(0, row))]);
        });

    private void MergeWhole(string name, Tensor destination, Tensor[] tensors) => LinearCombination.Write(
        name, destination, tensors, coefficients.Of(name, TensorProducts.Measure(coefficients.Needs, tensors)));
}

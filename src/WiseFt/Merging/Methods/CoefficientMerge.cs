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
        if (!coefficients.ByRow || destination.dim() < 2)
        {
            LinearCombination.Write(
                name, destination, tensors, coefficients.Of(name, TensorProducts.Measure(coefficients.Needs, tensors)));
            return;
        }
        for (long row = 0; row < destination.shape[0]; row++)
        {
            using var rowScope = NewDisposeScope();
            Tensor[] rows = [.. tensors.Select(t => t.select(0, row))];
            LinearCombination.Write(
                name, destination.select(0, row), rows, coefficients.Of(name, TensorProducts.Measure(coefficients.Needs, rows)));
        }
    }
}

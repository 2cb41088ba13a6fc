using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>Merges task vectors: theta = theta_0 + lambda * merged, where the models differ from the base, and theta_0 elsewhere.</summary>
internal sealed class TaskVectorMerge(ITaskVectorMethod method, MergeSettings settings) : IMergeMethod
{
    /// <inheritdoc/>
    public void Merge(string name, Tensor destination, IReadOnlyList<MergeModel> models)
    {
        using var scope = NewDisposeScope();
        Tensor theta0 = models[0].Get(name);
        Tensor[] taskVectors = destination.is_floating_point() ? [.. models.Skip(1).Select(m => Difference(m, name, theta0))] : [];
        if (Array.TrueForAll(taskVectors, IsZero))
        {
            LinearCombination.Write(name, destination, [theta0], [1]);
            return;
        }
        Tensor merged = method.Merge(name, taskVectors);
        LinearCombination.Write(name, destination, [theta0, merged], [1, settings.Lambda(name)]);
    }

    /// <summary>tau = theta - theta_0 in float32.</summary>
    public static Tensor Difference(MergeModel model, string name, Tensor theta0)
    {
        using var scope = NewDisposeScope();
        Tensor theta = model.Get(name).to(CPU).to(float32), origin = theta0.to(CPU).to(float32);
        return theta.sub(origin).contiguous().MoveToOuterDisposeScope();
    }

    private static bool IsZero(Tensor tensor)
    {
        using Tensor any = tensor.any();
        return !any.item<bool>();
    }
}

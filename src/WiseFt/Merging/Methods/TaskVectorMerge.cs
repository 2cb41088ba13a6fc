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
        Tensor[] taskVectors = TaskVectors(name, models);
        Tensor theta0 = models[0].Get(name);
        if (Array.TrueForAll(taskVectors, IsZero))
        {
            LinearCombination.Write(name, destination, [theta0], [1]);
            return;
        }
        Tensor merged = method.Merge(name, taskVectors);
        LinearCombination.Write(name, destination, [theta0.to(CPU), merged], [1, settings.Lambda(name)]);
    }

    /// <summary>tau_i = theta_i - theta_0 of each model, float32, contiguous, on the CPU; the current dispose scope owns them.</summary>
    /// <param name="name">The tensors' name.</param>
    /// <param name="models">The base and the models.</param>
    /// <exception cref="NotFiniteNumberException">A number is NaN or infinite.</exception>
    public static Tensor[] TaskVectors(string name, IReadOnlyList<MergeModel> models)
    {
        using var scope = NewDisposeScope();
        Tensor theta0 = models[0].Get(name).to(CPU).to(float32);
        Tensor[] taskVectors = [.. models.Skip(1).Select(m => Difference(name, m, theta0))];
        for (int i = 0; i < taskVectors.Length; i++)
        {
            if (Finite.IsFinite(taskVectors[i])) continue;
            Finite.Require(name, theta0, models[0].Name);
            Finite.Require(name, taskVectors[i], models[i + 1].Name);
        }
        return [.. taskVectors.Select(t => t.MoveToOuterDisposeScope())];
    }

    private static Tensor Difference(string name, MergeModel model, Tensor theta0)
    {
        using var scope = NewDisposeScope();
        return model.Get(name).to(CPU).to(float32).sub(theta0).contiguous().MoveToOuterDisposeScope();
    }

    private static bool IsZero(Tensor tensor)
    {
        using Tensor any = tensor.any();
        return !any.item<bool>();
    }
}

using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>A method that makes one task vector of several, tensor by tensor; the base and the factor lambda come after it.</summary>
internal interface ITaskVectorMethod
{
    /// <summary>Merges the task vectors of one name; gradients are off.</summary>
    /// <param name="name">The tensors' name.</param>
    /// <param name="taskVectors">tau_i = theta_i - theta_0 of each model, at least one, float32, contiguous, on the CPU, of one shape, not
    /// all zero. They are the method's to change.</param>
    /// <returns>The merged task vector, float32 or float64 of that shape: a new tensor or one of those given.</returns>
    Tensor Merge(string name, IReadOnlyList<Tensor> taskVectors);
}

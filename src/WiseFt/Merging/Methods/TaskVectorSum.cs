using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>Sums of task vectors.</summary>
internal static class TaskVectorSum
{
    /// <summary>Writes sum of weight_i tau_i into the first task vector.</summary>
    /// <param name="name">Their name, for messages.</param>
    /// <param name="taskVectors">The task vectors.</param>
    /// <param name="weights">A number for each.</param>
    /// <returns>The first task vector.</returns>
    public static Tensor Into(string name, IReadOnlyList<Tensor> taskVectors, double[] weights)
    {
        LinearCombination.Write(name, taskVectors[0], taskVectors, weights);
        return taskVectors[0];
    }
}

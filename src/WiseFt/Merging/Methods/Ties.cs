using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>Keeps the largest entries of each task vector, elects a sign for each entry, and averages or adds the entries that have it.
/// </summary>
/// <param name="settings">The numbers.</param>
/// <param name="trim">The thresholds of whole models, measured when the first tensor is merged; null where each tensor is trimmed by
/// itself.</param>
/// <remarks>Source: Yadav et al., TIES-Merging (arXiv 2306.01708). Trimmed by tensor it is mergekit's <c>ties</c>, except that one entry
/// is kept at least; trimmed by model it is prateeky2806/ties-merging with weights.</remarks>
internal sealed class Ties(MergeSettings settings, Lazy<ModelTrim>? trim) : ITaskVectorMethod
{
    /// <inheritdoc/>
    public Tensor Merge(string name, IReadOnlyList<Tensor> taskVectors)
    {
        for (int i = 0; i < taskVectors.Count; i++)
        {
            if (trim is not null) trim.Value.Apply(i, taskVectors[i]);
            else
                MagnitudeRanks.Keep(
                    taskVectors[i], 0, MagnitudeRanks.Count(settings.Of(i, p => p.Density, name, 1), taskVectors[i].numel()));
        }
        return SignElection.Merge(
            taskVectors, settings.Weights(name, normalize: false), settings.All.Normalize ?? true, trim?.Value.Majority ?? 1);
    }
}

using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>Drops the largest and the smallest entries of each task vector and adds what is left.</summary>
/// <remarks>int(gamma * n) of the n entries of a tensor are dropped from the top, fewer where the density asks for more than is left, and
/// the next int(density * n), at least one, are kept. Source: Davari and Belilovsky, Model Breadcrumbs (arXiv 2312.06795), section 3;
/// mergekit's <c>breadcrumbs</c>, which drops all of a tensor with fewer than 1 / gamma entries.</remarks>
internal sealed class Breadcrumbs(MergeSettings settings) : ITaskVectorMethod
{
    private const double Gamma = 0.01;

    /// <inheritdoc/>
    public Tensor Merge(string name, IReadOnlyList<Tensor> taskVectors)
    {
        double[] weights = settings.Weights(name, settings.All.Normalize ?? false);
        for (int i = 0; i < taskVectors.Count; i++)
        {
            double density = settings.Of(i, p => p.Density, name, 1);
            long entries = taskVectors[i].numel(), kept = MagnitudeRanks.Count(density, entries);
            long dropped = Math.Min((long)(settings.Of(i, p => p.Gamma, name, Gamma) * entries), entries - kept);
            MagnitudeRanks.Keep(taskVectors[i], dropped, kept);
            if ((settings.All.Rescale ?? false) && density > 0) weights[i] /= density;
        }
        return TaskVectorSum.Into(name, taskVectors, weights);
    }
}

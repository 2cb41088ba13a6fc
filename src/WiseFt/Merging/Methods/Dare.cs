using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>Keeps each entry of a task vector with the probability density, divides what is kept by it, and then adds, or elects signs as
/// <see cref="Ties"/>.</summary>
/// <param name="settings">The numbers.</param>
/// <param name="elect">Whether signs are elected: <c>dare_ties</c>.</param>
/// <remarks>Source: Yu et al., Language models are super Mario (arXiv 2311.03099), section 3. Differs from mergekit, which rescales to the
/// L1 norm of before, and whose masks depend on the order of tensors: here on seed, model and name, <see cref="ElementRandom"/>.</remarks>
internal sealed class Dare(MergeSettings settings, bool elect) : ITaskVectorMethod
{
    /// <inheritdoc/>
    public Tensor Merge(string name, IReadOnlyList<Tensor> taskVectors)
    {
        for (int i = 0; i < taskVectors.Count; i++) Drop(name, i, taskVectors[i]);
        bool normalize = settings.All.Normalize ?? false;
        return elect
            ? SignElection.Merge(taskVectors, settings.Weights(name, normalize: false), normalize)
            : TaskVectorSum.Into(name, taskVectors, settings.Weights(name, normalize));
    }

    private void Drop(string name, int model, Tensor taskVector)
    {
        double density = settings.Of(model, p => p.Density, name, 1);
        // Where nothing is kept, nothing is divided.
        double divisor = (settings.All.Rescale ?? true) && density > 0 ? density : 1;
        var random = new ElementRandom(settings.All.Seed ?? 0, model, name);
        var numbers = new FloatElements(taskVector);
        numbers.InParallel((start, count) =>
        {
            Span<float> entries = numbers.Span(start, count);
            for (int i = 0; i < entries.Length; i++)
                entries[i] = random[start + i] < density ? (float)(entries[i] / divisor) : 0;
        });
    }
}

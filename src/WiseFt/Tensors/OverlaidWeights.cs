using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>A model's weights with some replaced.</summary>
/// <param name="replaced">The weights that differ. A name that the others lack is unknown to the model, which says so.</param>
/// <param name="others">All weights.</param>
internal sealed class OverlaidWeights(ITensorSource replaced, ITensorSource others) : ITensorSource
{
    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; } =
        others.Tensors.Where(t => !replaced.Tensors.ContainsKey(t.Key)).Concat(replaced.Tensors).ToDictionary(StringComparer.Ordinal);

    public void CopyTo(IEnumerable<KeyValuePair<string, Tensor>> destinations)
    {
        ILookup<bool, KeyValuePair<string, Tensor>> parts = destinations.ToLookup(d => replaced.Tensors.ContainsKey(d.Key));
        replaced.CopyTo(parts[true]);
        others.CopyTo(parts[false]);
    }
}

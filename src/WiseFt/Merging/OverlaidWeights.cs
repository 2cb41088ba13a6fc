using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>A model's weights with some replaced.</summary>
/// <param name="replaced">The weights that differ. A name that the others lack is unknown to the model, which says so.</param>
/// <param name="others">All weights.</param>
internal sealed class OverlaidWeights(IWeightSource replaced, IWeightSource others) : IWeightSource
{
    public IReadOnlyDictionary<string, TensorLayout> Layouts { get; } =
        others.Layouts.Where(l => !replaced.Layouts.ContainsKey(l.Key)).Concat(replaced.Layouts).ToDictionary(StringComparer.Ordinal);

    public void CopyTo(IEnumerable<KeyValuePair<string, Tensor>> destinations)
    {
        ILookup<bool, KeyValuePair<string, Tensor>> parts = destinations.ToLookup(d => replaced.Layouts.ContainsKey(d.Key));
        replaced.CopyTo(parts[true]);
        others.CopyTo(parts[false]);
    }
}

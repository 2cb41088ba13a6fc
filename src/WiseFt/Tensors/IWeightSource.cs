using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>Where a new model's weights come from: from memory, or straight from a file to where they stay.</summary>
internal interface IWeightSource
{
    /// <summary>Type and shape of each weight, known before memory is taken for a model.</summary>
    IReadOnlyDictionary<string, TensorLayout> Layouts { get; }

    /// <summary>Copies all weights to where they are needed. May be called once.</summary>
    /// <param name="destinations">Tensors of these names, types and shapes.</param>
    void CopyTo(IEnumerable<KeyValuePair<string, Tensor>> destinations);
}

using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>A model to merge.</summary>
/// <param name="Name">What it is called in messages.</param>
/// <param name="Tensors">Name, type and shape of its tensors.</param>
/// <param name="Get">Gives one of them: the model's own, or one that the current dispose scope owns.</param>
internal sealed record MergeModel(string Name, IReadOnlyDictionary<string, TensorInfo> Tensors, Func<string, Tensor> Get)
{
    /// <summary>Reads numbers of a tensor as they lie: <see cref="ITensorParts.ReadPart"/>.</summary>
    public PartReader ReadPart { get; private init; } = (key, start, destination) =>
    {
        using var scope = NewDisposeScope();
        Get(key).cpu().contiguous().CopyPart(start, destination);
    };

    /// <summary>Where its tensors lie.</summary>
    public Device Device { get; private init; } = CPU;

    /// <summary>A model in memory.</summary>
    public MergeModel(string name, Weights weights)
        : this(name, TensorInfo.Of(weights), key => weights[key]) => Device = weights.Values.FirstOrDefault()?.device ?? CPU;

    /// <summary>A model on disk.</summary>
    public MergeModel(string name, ITensorFile file)
        : this(name, file.Tensors, file.Read) => ReadPart = file.ReadPart;
}

/// <inheritdoc cref="ITensorParts.ReadPart"/>
internal delegate void PartReader(string name, long start, Span<byte> destination);

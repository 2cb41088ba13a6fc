using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>Weights of products as the processor's kernels read them fastest: rounded and laid out once, when each is first needed.
/// Owns native memory, as much as the weights that were used.</summary>
/// <remarks>For weights that do not change meanwhile. May be used from several threads at once.</remarks>
internal sealed class PackedWeights : IDisposable
{
    private const int WorthPacking = 64;

    private readonly ConcurrentDictionary<Key, Lazy<IDisposable>> _packed = new();

    /// <summary>For a run over some images or texts: null where they are so few that packing would take longer than it saves.</summary>
    public static PackedWeights? For(int items) => items >= WorthPacking ? new PackedWeights() : null;

    /// <summary>The prepared form of a layer's weight or bias, or of some of its rows.</summary>
    /// <param name="layer">(outputs, inputs) or (outputs), the same object at each call.</param>
    /// <param name="rows">Which rows.</param>
    /// <param name="precision">What it is rounded to.</param>
    /// <param name="scale">What it is multiplied with first.</param>
    public Tensor Of(Tensor layer, LayerRows rows, Precision precision, double scale = 1) =>
        Get(new Key(layer.Handle, rows, precision, scale), () => Prepare(layer, rows, precision, scale));

    /// <summary>A layer's weight, or some of its rows, rounded to 8 bits.</summary>
    /// <param name="layer">(outputs, inputs), the same object at each call.</param>
    /// <param name="rows">Which rows.</param>
    /// <exception cref="NotSupportedException">This machine does not multiply 8 bits.</exception>
    public Int8Weight Int8(Tensor layer, LayerRows rows) =>
        Get(new Key(layer.Handle, rows, Precision.Int8, 1), () => Int8Weight.Of(rows.Of(layer)));

    /// <summary>Frees the copies, as is to be done before weights change. The object may be used again.</summary>
    public void Dispose()
    {
        foreach (Lazy<IDisposable> packed in _packed.Values)
            if (packed.IsValueCreated) packed.Value.Dispose();
        _packed.Clear();
    }

    private T Get<T>(Key key, Func<T> make)
        where T : IDisposable => (T)_packed.GetOrAdd(key, _ => new Lazy<IDisposable>(() => make())).Value;

    private static Tensor Prepare(Tensor layer, LayerRows rows, Precision precision, double scale)
    {
        using var scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        using Scalar factor = scale;
        Tensor slice = rows.Of(layer), scaled = scale == 1 ? slice : slice.mul(factor);
        Tensor rounded = scaled.to(Products.TypeOf(precision));
        bool isPacked = rounded.dim() == 2 && OneDnn.Takes(rounded.device_type, rounded.dtype);
        return (isPacked ? OneDnn.Pack(rounded) : rounded).DetachFromDisposeScope();
    }

    private readonly record struct Key(IntPtr Layer, LayerRows Rows, Precision Precision, double Scale);
}

/// <summary>Some of a layer's outputs.</summary>
/// <param name="Start">The first.</param>
/// <param name="Count">How many.</param>
internal readonly record struct LayerRows(long Start, long Count)
{
    /// <summary>These rows of a layer's weight or bias; the tensor itself where they are all.</summary>
    public Tensor Of(Tensor layer) => Count == layer.shape[0] ? layer : layer.narrow(0, Start, Count);
}

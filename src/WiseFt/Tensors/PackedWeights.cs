using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>Weights of products as the processor's kernels read them fastest: rounded and laid out once, when each is first needed.
/// Owns native memory, as much as the weights that were used.</summary>
/// <remarks>For weights that do not change meanwhile. May be used from several threads at once.</remarks>
internal sealed class PackedWeights : IDisposable
{
    private const long Rows = 400; // of eight images; the layout serves other numbers as well
    private const int WorthPacking = 64;

    private readonly ConcurrentDictionary<Key, Lazy<Tensor>> _packed = new();

    /// <summary>For a run over some images or texts: null where they are so few that packing would take longer than it saves.</summary>
    public static PackedWeights? For(int items) => items >= WorthPacking ? new PackedWeights() : null;

    /// <summary>The prepared form of a layer's weight or bias, or of some of its rows.</summary>
    /// <param name="layer">(outputs, inputs) or (outputs), the same object at each call.</param>
    /// <param name="rows">Which rows.</param>
    /// <param name="precision">What it is rounded to.</param>
    /// <param name="scale">What it is multiplied with first.</param>
    public Tensor Of(Tensor layer, LayerRows rows, Precision precision, double scale) =>
        _packed.GetOrAdd(
            new Key(layer.Handle, rows, precision, scale),
            _ => new Lazy<Tensor>(() => Prepare(layer, rows, precision, scale))).Value;

    /// <summary>Frees the copies, as is to be done before weights change. The object may be used again.</summary>
    public void Dispose()
    {
        foreach (Lazy<Tensor> packed in _packed.Values)
            if (packed.IsValueCreated) packed.Value.Dispose();
        _packed.Clear();
    }

    private static Tensor Prepare(Tensor layer, LayerRows rows, Precision precision, double scale)
    {
        using var scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        using Scalar factor = scale;
        Tensor slice = rows.Of(layer), scaled = scale == 1 ? slice : slice.mul(factor);
        Tensor rounded = scaled.to(Products.TypeOf(precision));
        bool isPacked = rounded.dim() == 2 && OneDnn.Takes(rounded.device_type, rounded.dtype);
        return (isPacked ? OneDnn.Pack(rounded, Rows) : rounded).DetachFromDisposeScope();
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

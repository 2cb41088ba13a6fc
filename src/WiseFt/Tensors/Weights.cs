using System.Collections;
using System.Diagnostics.CodeAnalysis;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt;

/// <summary>A point theta in weight space: every parameter and buffer of a model by name. Owns its tensors.</summary>
/// <remarks>
/// Names are the reference implementation's (mlfoundations/wise-ft): <c>image_encoder.model.visual.conv1.weight</c>,
/// <c>classification_head.weight</c>. Enumeration is in ordinal order of the names.
/// </remarks>
public sealed class Weights : IReadOnlyDictionary<string, Tensor>, ITensorSource, IDisposable
{
    private readonly SortedDictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);
    private bool _disposed;

    /// <summary>Takes the ownership of tensors.</summary>
    /// <param name="tensors">Name and tensor of each weight; the tensors leave their dispose scope.</param>
    /// <exception cref="ArgumentException">A name occurs twice.</exception>
    public Weights(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        foreach (var (name, tensor) in tensors)
        {
            if (!_tensors.TryAdd(name, tensor)) throw new ArgumentException($"Weight '{name}' occurs twice.", nameof(tensors));
            tensor.DetachFromDisposeScope();
        }
    }

    /// <summary>Weights that are made one after the other; those that are made already are freed when one cannot be.</summary>
    /// <param name="names">Distinct names.</param>
    /// <param name="make">Makes a tensor of that name, which the weights own from then on.</param>
    internal static Weights Make(IEnumerable<string> names, Func<string, Tensor> make)
    {
        var made = new List<KeyValuePair<string, Tensor>>();
        try
        {
            foreach (string name in names) made.Add(KeyValuePair.Create(name, make(name).DetachFromDisposeScope()));
            return new Weights(made);
        }
        catch
        {
            made.ForEach(t => t.Value.Dispose());
            throw;
        }
    }

    /// <summary>Every tensor of a file.</summary>
    /// <exception cref="CheckpointException">One cannot be read.</exception>
    internal static Weights ReadAll(ITensorFile file) => Make(file.Tensors.Keys, file.Read);

    /// <summary>How many tensors there are.</summary>
    public int Count => _tensors.Count;

    /// <summary>How many numbers all tensors hold together.</summary>
    public long ParameterCount => Open()._tensors.Values.Sum(t => t.numel());

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _tensors.Keys;

    /// <inheritdoc/>
    public IEnumerable<Tensor> Values => Open()._tensors.Values;

    /// <inheritdoc/>
    IReadOnlyDictionary<string, TensorInfo> ITensorSource.Tensors => TensorInfo.Of(this);

    /// <summary>The tensor of a weight; it stays owned by this object.</summary>
    /// <param name="key">The weight's name.</param>
    /// <exception cref="KeyNotFoundException">There is no weight of that name.</exception>
    /// <exception cref="ObjectDisposedException">The weights are disposed.</exception>
    public Tensor this[string key] => Open()._tensors.TryGetValue(key, out Tensor? tensor)
        ? tensor
        : throw new KeyNotFoundException($"There is no weight '{key}' among {Count} (first: {Listed.First(_tensors.Keys)}).");

    /// <inheritdoc/>
    void ITensorSource.CopyTo(IEnumerable<KeyValuePair<string, Tensor>> destinations)
    {
        using IDisposable grad = no_grad();
        foreach (var (name, destination) in destinations)
        {
            Tensor tensor = this[name];
            TensorMatch.RequireFit(TensorInfo.Of(name, tensor), destination);
            destination.copy_(tensor);
            Finite.Require(name, destination, "model");
        }
    }

    /// <summary>Fills the tensors with the weights of a source, which must have just their names, types and shapes.</summary>
    /// <exception cref="WeightMismatchException">It has not.</exception>
    internal void CopyFrom(ITensorSource source)
    {
        TensorMatch.RequireSame(TensorInfo.Of(this), source.Tensors, "model", "given weights");
        source.CopyTo(this);
    }

    /// <summary>A deep copy, float32 and others kept as they are.</summary>
    public Weights Clone()
    {
        using IDisposable grad = no_grad();
        return new Weights(Open()._tensors.Select(t => KeyValuePair.Create(t.Key, t.Value.clone())));
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _tensors.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Tensor value) => Open()._tensors.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Tensor>> GetEnumerator() => Open()._tensors.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Frees the tensors. May be called again.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        foreach (Tensor tensor in _tensors.Values) tensor.Dispose();
    }

    private Weights Open()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return this;
    }
}

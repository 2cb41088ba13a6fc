using TorchSharp;
using TorchSharp.Modules;
using WiseFt.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Models;

/// <summary>One of a model's two encoders: the network, the device it computes on, its weights by name. Owns native memory.</summary>
/// <remarks>The forward passes may be used from several threads at once.</remarks>
internal sealed class Encoder : IDisposable
{
    /// <summary>What OpenAI's names of the image encoder begin with.</summary>
    public const string ImagePrefix = "visual.";

    // At which products are as fast as with more, and what a part makes stays in the cache of its core.
    private const int LargestPartOfImages = 8, LargestPartOfTexts = 64;

    private readonly Func<Module<Tensor, Tensor>> _make;
    private readonly string _prefix;
    private readonly Module<Tensor, Tensor> _network;
    private readonly Func<Module<Tensor, Tensor>, IReadOnlyList<Func<Tensor, Tensor>>>? _stages;
    private TextTower? _text;
    private bool _disposed;

    private Encoder(
        Func<Module<Tensor, Tensor>> make, string prefix, Device? device,
        Func<Module<Tensor, Tensor>, IReadOnlyList<Func<Tensor, Tensor>>>? stages = null)
    {
        (_make, _prefix, _stages, _network, Device) = (make, prefix, stages, make(), CPU);
        Weights = _network.OrDispose(network =>
        {
            network.eval();
            MoveTo(device ?? CPU);
            return Weights!;
        });
    }

    /// <summary>Where it computes.</summary>
    public Device Device { get; private set; }

    /// <summary>The live weights, parameters and buffers, under OpenAI's names; owned by this object.</summary>
    public Weights Weights { get; private set; }

    /// <summary>For forward passes with weights that do not change any more: freed with them, empty until it is used.</summary>
    public PackedWeights Packed { get; } = new();

    /// <summary>In what forward passes without gradients are computed where nobody asks for something else, and by prepared weights,
    /// which must not change then; null (the default) for float32 by the weights as they are.</summary>
    public Precision? Scoring { get; set; }

    /// <summary>An image encoder whose weights wait to be filled: float32 (N, 3, R, R) pixels, normalised, to (N, E) features.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="embeddingDimension">Length E of its features.</param>
    /// <param name="device">Where it computes; the CPU if null.</param>
    /// <exception cref="ArgumentException">The configuration's numbers do not fit together.</exception>
    public static Encoder Image(VisionConfig config, int embeddingDimension, Device? device = null)
    {
        config.Validated();
        return new Encoder(() => config.Tower.Create(config, embeddingDimension), ImagePrefix, device, config.Tower.Stages);
    }

    /// <summary>A text encoder whose weights wait to be filled: int64 (N, L) token ids to (N, E) features.</summary>
    /// <inheritdoc cref="Image(VisionConfig, int, Device?)"/>
    public static Encoder Text(TextConfig config, int embeddingDimension, Device? device = null)
    {
        config.Validated();
        return new Encoder(() => config.Tower.Create(config, embeddingDimension), "", device) { _text = config.Tower };
    }

    /// <summary>An image encoder with the weights of a source, which is compared with the configuration before memory is taken.</summary>
    /// <exception cref="WeightMismatchException">Names or shapes are not this architecture's.</exception>
    /// <inheritdoc cref="Image(VisionConfig, int, Device?)"/>
    public static Encoder Image(VisionConfig config, int embeddingDimension, ITensorSource weights, Device device)
    {
        TensorMatch.RequireExactly(config.Validated().Tensors(embeddingDimension), weights.Tensors);
        return Image(config, embeddingDimension, device).OrDispose(encoder => encoder.Weights.CopyFrom(weights));
    }

    /// <summary>A text encoder with the weights of a source, which is compared with the configuration before memory is taken.</summary>
    /// <exception cref="WeightMismatchException">Names or shapes are not this architecture's.</exception>
    /// <inheritdoc cref="Image(VisionConfig, int, Device?)"/>
    public static Encoder Text(TextConfig config, int embeddingDimension, ITensorSource weights, Device device)
    {
        TensorMatch.RequireExactly(config.Validated().Tensors(embeddingDimension), weights.Tensors);
        return Text(config, embeddingDimension, device).OrDispose(encoder => encoder.Weights.CopyFrom(weights));
    }

    /// <summary>Another encoder with a copy of these weights, on a device.</summary>
    public Encoder Copy(Device device) =>
        new Encoder(_make, _prefix, device, _stages) { _text = _text }.OrDispose(copy => copy.Weights.CopyFrom(Weights));

    /// <summary>Items to features, without gradients.</summary>
    /// <param name="input">What the encoder takes, on its device.</param>
    /// <returns>float32 (N, E), not normalised.</returns>
    public Tensor Encode(Tensor input)
    {
        using IDisposable grad = no_grad();
        return Forward(input);
    }

    /// <summary>Items to features, with gradients where they are enabled.</summary>
    /// <inheritdoc cref="Encode"/>
    public Tensor Forward(Tensor input) => Forward(input, part => _network.call(part));

    /// <summary>Computes the beginning that texts share, once, with a text encoder of a family that has <see cref="TextTower.Prefix"/>.
    /// </summary>
    /// <param name="ids">int64 (P), on the encoder's device.</param>
    /// <returns>What <see cref="EncodeAfter"/> takes, as long as the weights are the same; the caller disposes it.</returns>
    public TextPrefix EncodePrefix(Tensor ids)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using IDisposable grad = no_grad();
        return _text!.Prefix!(_network, ids);
    }

    /// <summary>Texts that begin alike to features, without gradients.</summary>
    /// <param name="prefix">Their beginning.</param>
    /// <param name="ids">int64 (N, L): what is after it.</param>
    /// <returns>float32 (N, E), not normalised: those of the whole texts.</returns>
    public Tensor EncodeAfter(TextPrefix prefix, Tensor ids)
    {
        using IDisposable grad = no_grad();
        return Forward(ids, part => _text!.After!(_network, prefix, part));
    }

    private Tensor Forward(Tensor input, Func<Tensor, Tensor> network)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Tensor Pass(Tensor part) => Products.Features(network(part));
        using IDisposable? way = Scoring is { } scoring && !is_grad_enabled() && !Products.IsAsked ? Products.In(scoring, Packed) : null;
        // A network in training may gather statistics of the whole batch, and an observer looks at one thread.
        if (is_grad_enabled() || _network.training || Products.IsObserved || Device.type != DeviceType.CPU) return Pass(input);
        Func<IDisposable> sameProducts = Products.Capture();
        return CoreWorkers.Run(input, _text is null ? LargestPartOfImages : LargestPartOfTexts, part =>
        {
            using IDisposable grad = no_grad();
            using IDisposable products = sameProducts();
            return Pass(part);
        });
    }

    /// <summary>The forward pass in stages, each of which takes what the one before gives and may be computed twice; null where none
    /// may.</summary>
    public IReadOnlyList<Func<Tensor, Tensor>>? Stages() => _stages?.Invoke(_network);

    /// <summary>What training changes.</summary>
    public IEnumerable<Parameter> Parameters() => _network.parameters();

    /// <summary>The network's batch normalisations, in the order of their names; none in a transformer.</summary>
    public IReadOnlyList<BatchNorm2d> BatchNorms() => [.. _network.modules().OfType<BatchNorm2d>()];

    /// <summary>Training mode lets batch normalisation gather statistics; evaluation mode is the default.</summary>
    public void SetTraining(bool training) => _network.train(training);

    /// <summary>Goes on computing on another device.</summary>
    public void MoveTo(Device device)
    {
        if (device.type != DeviceType.CPU || Device.type != DeviceType.CPU) _network.to(device);
        Device = device;
        // A move may make other tensors of them.
        Weights = new Weights([
            .. _network.named_parameters().Select(p => KeyValuePair.Create<string, Tensor>(_prefix + p.name, p.parameter)),
            .. _network.named_buffers().Select(b => KeyValuePair.Create(_prefix + b.name, b.buffer)),
        ]);
    }

    /// <summary>Frees the weights. May be called again.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Packed.Dispose();
        Weights.Dispose();
        _network.Dispose();
    }

}

using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using WiseFt.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Models;

/// <summary>A residual block of three convolutions, the middle one narrow;
/// where it reduces, an average pool does it, not a strided convolution.</summary>
/// <remarks>Source: openai/CLIP clip/model.py <c>Bottleneck</c>; component names are its state-dict keys.</remarks>
internal sealed class Bottleneck : Module<Tensor, Tensor>
{
    /// <summary>How many times wider the output is than the block's middle.</summary>
    public const int Expansion = 4;

    [ComponentName(Name = "conv1")] private readonly Convolution _conv1;
    [ComponentName(Name = "bn1")] private readonly BatchNorm2d _bn1;
    [ComponentName(Name = "conv2")] private readonly Convolution _conv2;
    [ComponentName(Name = "bn2")] private readonly BatchNorm2d _bn2;
    [ComponentName(Name = "conv3")] private readonly Convolution _conv3;
    [ComponentName(Name = "bn3")] private readonly BatchNorm2d _bn3;
    [ComponentName(Name = "downsample")] private readonly Shortcut? _downsample;
    private readonly int _stride;

    public Bottleneck(long inputs, long planes, int stride)
        : base(nameof(Bottleneck))
    {
        long outputs = planes * Expansion;
        _stride = stride;
        _conv1 = new Convolution(inputs, planes, kernel: 1);
        _bn1 = BatchNorm2d(planes);
        _conv2 = new Convolution(planes, planes, kernel: 3);
        _bn2 = BatchNorm2d(planes);
        _conv3 = new Convolution(planes, outputs, kernel: 1);
        _bn3 = BatchNorm2d(outputs);
        if (stride > 1 || inputs != outputs) _downsample = new Shortcut(inputs, outputs, stride);
        RegisterComponents();
    }

    /// <summary>Every tensor of a block of a name; the identity has a shortcut where the block changes its shape.</summary>
    public static IEnumerable<TensorInfo> Tensors(string name, long inputs, long planes, bool hasShortcut)
    {
        long outputs = planes * Expansion;
        IEnumerable<TensorInfo> shortcut =
            [new($"{name}.downsample.0.weight", [outputs, inputs, 1, 1]), .. LayerTensors.BatchNorm($"{name}.downsample.1", outputs)];
        return
        [
            .. LayerTensors.Convolution(name, 1, inputs, planes, 1),
            .. LayerTensors.Convolution(name, 2, planes, planes, 3),
            .. LayerTensors.Convolution(name, 3, planes, outputs, 1),
            .. hasShortcut ? shortcut : [],
        ];
    }

    // S stride
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor x = _bn1.Normalise(_conv1.call(input)).relu_();                         // (N, planes, h, w)
        x = _bn2.Normalise(_conv2.call(x)).relu_();                                    // (N, planes, h, w)
        if (_stride > 1) x = functional.avg_pool2d(x, _stride);                        // (N, planes, h / S, w / S)
        x = _bn3.Normalise(_conv3.call(x));                                            // (N, 4 planes, h / S, w / S)
        Tensor identity = _downsample is null ? input : _downsample.call(input);       // (N, 4 planes, h / S, w / S)
        return x.add_(identity, Scalars.One).relu_().MoveToOuterDisposeScope();
    }

    /// <summary>The identity's way where the block changes its shape.</summary>
    private sealed class Shortcut : Module<Tensor, Tensor>
    {
        [ComponentName(Name = "0")] private readonly Convolution _convolution;
        [ComponentName(Name = "1")] private readonly BatchNorm2d _norm;
        private readonly int _stride;

        public Shortcut(long inputs, long outputs, int stride)
            : base(nameof(Shortcut))
        {
            _stride = stride;
            _convolution = new Convolution(inputs, outputs, kernel: 1);
            _norm = BatchNorm2d(outputs);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            Tensor pooled = _stride > 1 ? functional.avg_pool2d(input, _stride) : input;
            return _norm.Normalise(_convolution.call(pooled)).MoveToOuterDisposeScope();
        }
    }
}

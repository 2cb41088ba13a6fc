using System.Collections.Immutable;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using WiseFt.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Models;

/// <summary>CLIP's ResNet image encoder: float32 (N, 3, R, R) pixels to (N, E) features.</summary>
/// <remarks>
/// Source: openai/CLIP clip/model.py <c>ModifiedResNet</c>; component names are its state-dict keys. Unlike torchvision's it has a stem
/// of three convolutions, average pools where it reduces, and an attention pool at its end.
/// </remarks>
internal sealed class ModifiedResNet : Module<Tensor, Tensor>
{
    /// <summary>By how much it reduces height and width before its attention pool.</summary>
    public const int Stride = 32;

    /// <summary>How many channels the attention pool's features have for each of the stem's.</summary>
    public const int Expansion = 32;

    [ComponentName(Name = "conv1")] private readonly Convolution _conv1;
    [ComponentName(Name = "bn1")] private readonly BatchNorm2d _bn1;
    [ComponentName(Name = "conv2")] private readonly Convolution _conv2;
    [ComponentName(Name = "bn2")] private readonly BatchNorm2d _bn2;
    [ComponentName(Name = "conv3")] private readonly Convolution _conv3;
    [ComponentName(Name = "bn3")] private readonly BatchNorm2d _bn3;
    [ComponentName(Name = "layer1")] private readonly ModuleList<Bottleneck> _layer1;
    [ComponentName(Name = "layer2")] private readonly ModuleList<Bottleneck> _layer2;
    [ComponentName(Name = "layer3")] private readonly ModuleList<Bottleneck> _layer3;
    [ComponentName(Name = "layer4")] private readonly ModuleList<Bottleneck> _layer4;
    [ComponentName(Name = "attnpool")] private readonly AttentionPool _attentionPool;

    public ModifiedResNet(VisionConfig config, int embeddingDimension)
        : base(nameof(ModifiedResNet))
    {
        ResNetStages stages = config.ResNet
            ?? throw new ArgumentException("The configuration is a vision transformer's; expected a ModifiedResNet's.", nameof(config));
        long w = config.Width;
        _conv1 = new Convolution(3, w / 2, kernel: 3, stride: 2);
        _bn1 = BatchNorm2d(w / 2);
        _conv2 = new Convolution(w / 2, w / 2, kernel: 3);
        _bn2 = BatchNorm2d(w / 2);
        _conv3 = new Convolution(w / 2, w, kernel: 3);
        _bn3 = BatchNorm2d(w);
        _layer1 = Stage(w, w, stages.First, stride: 1);
        _layer2 = Stage(w * Bottleneck.Expansion, w * 2, stages.Second, stride: 2);
        _layer3 = Stage(w * 2 * Bottleneck.Expansion, w * 4, stages.Third, stride: 2);
        _layer4 = Stage(w * 4 * Bottleneck.Expansion, w * 8, stages.Fourth, stride: 2);
        _attentionPool = new AttentionPool(config.TokenCount, config.AttentionWidth, config.Heads, embeddingDimension);
        RegisterComponents();
    }

    /// <summary>Throws unless the numbers of a configuration fit together.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public static void Validate(VisionConfig config)
    {
        if (config.Resolution % Stride != 0 || config.PatchSize != Stride)
            throw new ArgumentException(
                $"A ModifiedResNet has an input of {config.Resolution} pixels and {config.PatchSize} as patch size; " +
                $"expected a multiple of {Stride}, and {Stride}.");
        if (config.Width % 2 != 0)
            throw new ArgumentException(
                $"A ModifiedResNet is {config.Width} wide; expected an even number, half of which the stem begins with.");
        if (config.ResNet!.Counts.Sum() != config.Layers)
            throw new ArgumentException(
                $"A ModifiedResNet has {config.Layers} layers and stages of {string.Join(" + ", config.ResNet.Counts)}; " +
                "expected their sum.");
    }

    /// <summary>Every tensor, under OpenAI's names, without making any.</summary>
    public static ImmutableArray<TensorInfo> Tensors(VisionConfig config, long e)
    {
        long w = config.Width, inputs = w;
        var blocks = new List<TensorInfo>();
        foreach (var (stage, count) in config.ResNet!.Counts.Index())
            for (int i = 0; i < count; i++)
            {
                long planes = w << stage;
                blocks.AddRange(Bottleneck.Tensors($"visual.layer{stage + 1}.{i}", inputs, planes, hasShortcut: i == 0));
                inputs = planes * Bottleneck.Expansion;
            }
        return
        [
            .. LayerTensors.Convolution("visual", 1, 3, w / 2, 3),
            .. LayerTensors.Convolution("visual", 2, w / 2, w / 2, 3),
            .. LayerTensors.Convolution("visual", 3, w / 2, w, 3),
            .. blocks,
            .. AttentionPool.Tensors("visual.attnpool", config.TokenCount, config.AttentionWidth, e),
        ];
    }

    // N images, W width, E embedding
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor x = Stem(input);                                                        // (N, W, R / 4, R / 4)
        foreach (ModuleList<Bottleneck> stage in (ModuleList<Bottleneck>[])[_layer1, _layer2, _layer3, _layer4])
            foreach (Bottleneck block in stage)
            {
                Tensor next = block.call(x);
                x.Dispose();
                x = next;
            }
        return _attentionPool.call(x).MoveToOuterDisposeScope();                       // (N, 32 W, R / 32, R / 32) to (N, E)
    }

    private Tensor Stem(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor x = _bn1.Normalise(_conv1.call(input)).relu_();                         // (N, W / 2, R / 2, R / 2)
        x = _bn2.Normalise(_conv2.call(x)).relu_();                                    // (N, W / 2, R / 2, R / 2)
        x = _bn3.Normalise(_conv3.call(x)).relu_();                                    // (N, W, R / 2, R / 2)
        return functional.avg_pool2d(x, 2).MoveToOuterDisposeScope();                  // (N, W, R / 4, R / 4)
    }

    private static ModuleList<Bottleneck> Stage(long inputs, long planes, int blocks, int stride) =>
        new([.. Enumerable.Range(0, blocks)
            .Select(i => i == 0 ? new Bottleneck(inputs, planes, stride) : new Bottleneck(planes * Bottleneck.Expansion, planes, 1))]);
}

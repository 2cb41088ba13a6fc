using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt;

/// <summary>Builds the image encoder that a configuration describes.</summary>
internal static class VisionEncoder
{
    /// <summary>What OpenAI's names of the image encoder begin with.</summary>
    public const string Prefix = "visual.";

    /// <summary>An encoder whose weights wait to be loaded: float32 (N, 3, R, R) pixels to (N, E) features.</summary>
    /// <exception cref="ArgumentException">The configuration's numbers do not fit together.</exception>
    public static Module<Tensor, Tensor> Create(VisionConfig config, int embeddingDimension)
    {
        config.Validated();
        Module<Tensor, Tensor> encoder = config.ResNet is null ? new VisionTransformer(config, embeddingDimension) : new ModifiedResNet(config, embeddingDimension);
        encoder.eval();
        return encoder;
    }

    /// <summary>Parameters and buffers under OpenAI's names, which begin with <c>visual.</c>.</summary>
    public static IEnumerable<(string Name, Tensor Tensor)> NamedTensors(Module<Tensor, Tensor> encoder) =>
        encoder.named_parameters().Select(p => (Prefix + p.name, (Tensor)p.parameter))
            .Concat(encoder.named_buffers().Select(b => (Prefix + b.name, b.buffer)));
}

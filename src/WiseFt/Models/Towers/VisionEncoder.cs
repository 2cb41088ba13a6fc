using WiseFt.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Models;

/// <summary>Builds the image encoder that a configuration describes.</summary>
internal static class VisionEncoder
{
    /// <summary>What OpenAI's names of the image encoder begin with.</summary>
    public const string Prefix = "visual.";

    /// <summary>What comes before OpenAI's names in <see cref="Weights"/>, as in the reference implementation.</summary>
    public const string WeightsPrefix = "image_encoder.model.";

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

    /// <summary>Throws unless weights hold just an encoder's tensors, and in their shapes; names that begin otherwise than the encoder's are not looked at.</summary>
    /// <exception cref="WeightMismatchException">They do not.</exception>
    public static void RequireWeights(IEnumerable<(string Name, Tensor Tensor)> encoder, Weights weights) => TensorMatch.RequireSameShapes(
        TensorInfo.Of(encoder.Select(t => KeyValuePair.Create(WeightsPrefix + t.Name, t.Tensor))),
        TensorInfo.Of(weights.Where(w => w.Key.StartsWith(WeightsPrefix + Prefix, StringComparison.Ordinal))),
        "model's image encoder",
        "given weights");
}

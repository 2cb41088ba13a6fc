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
    public static void RequireWeights(IEnumerable<(string Name, Tensor Tensor)> encoder, Weights weights)
    {
        Dictionary<string, Tensor> wanted = encoder.ToDictionary(t => WeightsPrefix + t.Name, t => t.Tensor, StringComparer.Ordinal);
        string[] missing = [.. wanted.Keys.Where(k => !weights.ContainsKey(k))];
        string[] unknown = [.. weights.Keys.Where(k => k.StartsWith(WeightsPrefix + Prefix, StringComparison.Ordinal) && !wanted.ContainsKey(k))];
        if (missing.Length + unknown.Length > 0)
            throw new WeightMismatchException(
                $"The weights are not of this model's image encoder: {missing.Length} of its {wanted.Count} tensors are missing (first: {string.Join(", ", missing.Take(3))}) " +
                $"and {unknown.Length} are unknown to it (first: {string.Join(", ", unknown.Take(3))}). Use the model that they were fine-tuned from.");
        foreach (var (name, tensor) in wanted)
            if (!tensor.shape.AsSpan().SequenceEqual(weights[name].shape))
                throw new WeightMismatchException(
                    $"The weights are not of this model's image encoder: '{name}' is ({string.Join(", ", weights[name].shape)}) " +
                    $"and ({string.Join(", ", tensor.shape)}) in the model. Use the model that they were fine-tuned from.");
    }
}

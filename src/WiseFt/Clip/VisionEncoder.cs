using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt;

/// <summary>Builds the image encoder that a configuration describes.</summary>
internal static class VisionEncoder
{
    /// <summary>An encoder whose weights wait to be loaded: float32 (N, 3, R, R) pixels to (N, E) features.</summary>
    public static Module<Tensor, Tensor> Create(VisionConfig config, int embeddingDimension)
    {
        var encoder = new VisionTransformer(config, embeddingDimension);
        encoder.eval();
        return encoder;
    }

    /// <summary>Parameters and buffers under OpenAI's names, which begin with <c>visual.</c>.</summary>
    public static IEnumerable<(string Name, Tensor Tensor)> NamedTensors(Module<Tensor, Tensor> encoder) =>
        encoder.named_parameters().Select(p => ("visual." + p.name, (Tensor)p.parameter))
            .Concat(encoder.named_buffers().Select(b => ("visual." + b.name, b.buffer)));
}

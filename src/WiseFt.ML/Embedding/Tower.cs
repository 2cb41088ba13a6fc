using TorchSharp;
using WiseFt.Models;
using WiseFt.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.ML;

/// <summary>One of CLIP's two encoders by itself. Owns native memory.</summary>
internal sealed class Tower : IDisposable
{
    private readonly Module<Tensor, Tensor> _encoder;

    private Tower(Module<Tensor, Tensor> encoder, Func<Module<Tensor, Tensor>, IEnumerable<(string Name, Tensor Tensor)>> names, ITensorSource weights, Device device)
    {
        (_encoder, Device) = (encoder, device);
        try
        {
            if (device.type != DeviceType.CPU) encoder.to(device);
            Weights = new Weights(names(encoder).Select(t => KeyValuePair.Create(t.Name, t.Tensor)));
            Weights.CopyFrom(weights);
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>Where it computes.</summary>
    public Device Device { get; }

    /// <summary>The live weights, owned by this object.</summary>
    public Weights Weights { get; }

    /// <summary>The image encoder: float32 (N, 3, R, R), normalised, to (N, E).</summary>
    public static Tower Image(VisionConfig config, int embeddingDimension, ITensorSource weights, Device device)
    {
        TensorMatch.RequireExactly([.. ClipTensors.OfVision(config.Validated(), embeddingDimension)], weights.Tensors);
        return new Tower(VisionEncoder.Create(config, embeddingDimension), VisionEncoder.NamedTensors, weights, device);
    }

    /// <summary>The text encoder: int64 (N, L) to (N, E).</summary>
    public static Tower Text(TextConfig config, int embeddingDimension, ITensorSource weights, Device device)
    {
        TensorMatch.RequireExactly([.. ClipTensors.OfText(config.Validated(), embeddingDimension)], weights.Tensors);
        var encoder = new TextTransformer(config, embeddingDimension);
        encoder.eval();
        return new Tower(encoder, e => e.named_parameters().Select(p => (p.name, (Tensor)p.parameter)), weights, device);
    }

    /// <summary>Encodes a batch.</summary>
    /// <param name="input">What the encoder takes, on any device.</param>
    /// <param name="normalise">Whether the vectors are made unit vectors.</param>
    /// <param name="precision">In what its products are computed.</param>
    /// <returns>(N, E), row by row.</returns>
    public float[] Encode(Tensor input, bool normalise, Precision precision)
    {
        using var scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        using IDisposable autocast = Autocast.To(precision);
        Tensor features = Autocast.Features(_encoder.call(input.to(Device)));          // (N, E)
        if (normalise) features = features / features.norm(-1, keepdim: true);
        return features.cpu().data<float>().ToArray();
    }

    public void Dispose()
    {
        Weights.Dispose();
        _encoder.Dispose();
    }
}

using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt;

/// <summary>A CLIP model: images and texts to vectors that can be compared. Computes in float32; owns native memory.</summary>
/// <remarks>Source: openai/CLIP clip/model.py. The forward passes may be used from several threads at once.</remarks>
public sealed class ClipModel : IDisposable
{
    private readonly Module<Tensor, Tensor> _visual;
    private readonly TextTransformer _text;
    private bool _disposed;

    private ClipModel(ClipCheckpoint checkpoint)
    {
        Config = checkpoint.Config;
        Tokenizer = checkpoint.Tokenizer;
        Preprocessor = checkpoint.Preprocessor;
        _visual = VisionEncoder.Create(Config.Vision, Config.EmbeddingDimension);
        _text = new TextTransformer(Config.Text, Config.EmbeddingDimension);
    }

    /// <summary>The architecture.</summary>
    public ClipConfig Config { get; }

    /// <summary>Where the model computes.</summary>
    public Device Device { get; private set; } = CPU;

    /// <summary>Text to token ids, with the vocabulary that the model was trained with.</summary>
    public ClipTokenizer Tokenizer { get; }

    /// <summary>Images to pixels, as the model was trained with.</summary>
    public ClipPreprocessor Preprocessor { get; }

    /// <summary>The logarithm of the factor by which cosines become logits; ln 100 in OpenAI's models.</summary>
    public double LogitScale { get; private set; }

    /// <summary>Loads a checkpoint.</summary>
    /// <param name="path">A Hugging Face CLIP folder.</param>
    /// <param name="device">Where the model computes; the CPU if null.</param>
    /// <exception cref="CheckpointException">The checkpoint is of no known layout, damaged, or does not fit its own configuration.</exception>
    public static ClipModel Load(string path, Device? device = null)
    {
        using ClipCheckpoint checkpoint = ClipCheckpoint.Open(path);
        var model = new ClipModel(checkpoint);
        try
        {
            model.ReadWeights(checkpoint.Tensors);
            if (device is not null) model.MoveTo(device);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Images to features.</summary>
    /// <param name="pixels">float32 (N, 3, R, R), normalised, as <see cref="ClipPreprocessor"/> makes them.</param>
    /// <returns>float32 (N, E), not normalised.</returns>
    public Tensor EncodeImage(Tensor pixels)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using IDisposable grad = no_grad();
        return _visual.call(pixels);
    }

    /// <summary>Texts to features.</summary>
    /// <param name="ids">int64 (N, L), as <see cref="ClipTokenizer"/> makes them.</param>
    /// <returns>float32 (N, E), not normalised.</returns>
    public Tensor EncodeText(Tensor ids)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using IDisposable grad = no_grad();
        return _text.call(ids);
    }

    /// <summary>Frees the weights. May be called again.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _visual.Dispose();
        _text.Dispose();
    }

    /// <summary>The image encoder's tensors under OpenAI's names; they stay owned by this object.</summary>
    internal IEnumerable<(string Name, Tensor Tensor)> VisualTensors() => VisionEncoder.NamedTensors(_visual);

    /// <summary>The text encoder's tensors under OpenAI's names; they stay owned by this object.</summary>
    internal IEnumerable<(string Name, Tensor Tensor)> TextTensors() => _text.named_parameters().Select(p => (p.name, (Tensor)p.parameter));

    private void ReadWeights(MappedTensors file)
    {
        using IDisposable grad = no_grad();
        (string Name, Tensor Tensor)[] tensors = [.. VisualTensors(), .. TextTensors()];
        file.RequireExactly(tensors.Select(t => KeyValuePair.Create(t.Name, t.Tensor.shape)).Append(KeyValuePair.Create("logit_scale", Array.Empty<long>())).ToDictionary());
        foreach (var (name, tensor) in tensors)
        {
            using Tensor read = file.Read(name);
            tensor.copy_(read);
        }
        using Tensor scale = file.Read("logit_scale").to(float64);
        LogitScale = scale.item<double>();
    }

    private void MoveTo(Device device)
    {
        Device = device;
        _visual.to(device);
        _text.to(device);
    }
}

using TorchSharp;
using WiseFt.Files;
using WiseFt.Images;
using WiseFt.Models;
using WiseFt.Tensors;
using WiseFt.Text;
using static TorchSharp.torch;

namespace WiseFt;

/// <summary>A CLIP model: images and texts to vectors that can be compared. Computes in float32; owns native memory.</summary>
/// <remarks>Source: openai/CLIP clip/model.py. The forward passes may be used from several threads at once.</remarks>
public sealed class ClipModel : IDisposable
{
    /// <summary>What comes before OpenAI's names in <see cref="Weights"/> of a classifier, as in the reference implementation.</summary>
    internal const string WeightsPrefix = "image_encoder.model.";

    private bool _disposed;

    private ClipModel(ClipConfig config, ITokenizer tokenizer, ClipPreprocessor preprocessor, Encoder image, Encoder text) =>
        (Config, Tokenizer, Preprocessor, ImageEncoder, TextEncoder) = (config, tokenizer, preprocessor, image, text);

    /// <summary>The architecture.</summary>
    public ClipConfig Config { get; }

    /// <summary>Where the model computes.</summary>
    public Device Device => ImageEncoder.Device;

    /// <summary>Text to token ids, with the vocabulary that the model was trained with.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>Images to pixels, as the model was trained with.</summary>
    public ClipPreprocessor Preprocessor { get; }

    /// <summary>The logarithm of the factor by which cosines become logits; ln 100 in OpenAI's models.</summary>
    public double LogitScale { get; private set; }

    /// <summary>What nothing in the files said and was assumed, one sentence each.</summary>
    internal IReadOnlyList<string> Assumptions { get; private init; } = [];

    /// <summary>Images to features.</summary>
    internal Encoder ImageEncoder { get; }

    /// <summary>Texts to features.</summary>
    internal Encoder TextEncoder { get; }

    /// <summary>Loads a checkpoint, recognised by its content. Weights of any floating-point type become float32.</summary>
    /// <param name="path">A Hugging Face or open_clip CLIP folder, or one file: OpenAI's TorchScript archive, a state dict of
    /// <c>torch.save</c>, or safetensors with OpenAI's or Hugging Face's names. A single file's architecture is read from its shapes. Or
    /// a name on the Hugging Face Hub such as <c>openai/clip-vit-base-patch32</c>,
    /// where there is no folder of that name: see <see cref="HuggingFaceHub"/>.</param>
    /// <param name="device">Where the model computes. Default null: the CPU.</param>
    /// <param name="vocabularyPath">A vocabulary, as <see cref="ClipTokenizer.Load(string, int)"/> reads it. Default null: the one in the
    /// model's folder, or OpenAI's where there is none.</param>
    /// <param name="resolution">Height and width of the images in pixels, for which the position embeddings of a vision transformer are
    /// resampled as open_clip does. Default null: what the model was trained with.</param>
    /// <param name="activation">The activation. Default null: what the configuration says, and <see cref="Activation.QuickGelu"/> for a
    /// single file, which cannot say it: right for OpenAI's models and wrong for most of open_clip's.</param>
    /// <param name="stateDict">Which of several models in one file is wanted, as training scripts save student and teacher, or a running
    /// average: the name of its dict (<c>teacher</c>, <c>ema.module</c>), or what the names of its weights begin with. Default null: the
    /// one
    /// that is there.</param>
    /// <exception cref="CheckpointException">The checkpoint is of no known layout, damaged, holds several models,
    /// or does not fit its own configuration or vocabulary.</exception>
    /// <exception cref="ArgumentException">The resolution is below one patch, or given for a ModifiedResNet.</exception>
    public static ClipModel Load(
        string path, Device? device = null, string? vocabularyPath = null, int? resolution = null, Activation? activation = null,
        string? stateDict = null) =>
        Open(path, new ClipOverrides(vocabularyPath, activation, stateDict), device, resolution);

    /// <inheritdoc cref="Load"/>
    internal static ClipModel Open(string path, ClipOverrides overrides, Device? device, int? resolution = null)
    {
        using ClipCheckpoint checkpoint = ClipFormats.Open(path, overrides);
        ClipConfig config = resolution is { } r ? AtResolution(checkpoint.Config, r) : checkpoint.Config;
        ClipPreprocessor preprocessor = AtResolution(checkpoint.Preprocessor, config.Vision.Resolution);
        return Encoder.Image(config.Vision, config.EmbeddingDimension)
            .OrDispose(image =>
                new ClipModel(config, checkpoint.Tokenizer, preprocessor, image, Encoder.Text(config.Text, config.EmbeddingDimension))
                {
                    Assumptions = checkpoint.Assumptions,
                })
            .OrDispose(model =>
            {
                model.ReadWeights(checkpoint);
                if (checkpoint.Visual is not null) model.ReadVisualWeights(checkpoint.Visual);
                if (device is not null) model.MoveTo(device);
            });
    }

    /// <summary>Prepares the model for many forward passes: from now on they use copies of the weights that are rounded, and laid out for
    /// this processor, at the first of them. It takes the memory of the weights again, of both encoders.</summary>
    /// <param name="precision">What products are computed in. bfloat16 is about twice as fast where the processor multiplies it, and gives
    /// nearly the same scores (docs/performance.md). Default float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">The precision is none.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public void PrepareForScoring(Precision precision = Precision.Float32)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        (ImageEncoder.Scoring, TextEncoder.Scoring) = (Check.Defined(precision), precision);
    }

    /// <summary>Images to features.</summary>
    /// <param name="pixels">float32 (N, 3, R, R), normalised, as <see cref="ClipPreprocessor"/> makes them.</param>
    /// <returns>float32 (N, E), not normalised.</returns>
    public Tensor EncodeImage(Tensor pixels)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return ImageEncoder.Encode(pixels);
    }

    /// <summary>Texts to features.</summary>
    /// <param name="ids">int64 (N, L), as <see cref="ClipTokenizer"/> makes them.</param>
    /// <returns>float32 (N, E), not normalised.</returns>
    public Tensor EncodeText(Tensor ids)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return TextEncoder.Encode(ids);
    }

    /// <summary>A copy of the model with another image encoder, such as a fine-tuned or mixed one, on the same device.</summary>
    /// <param name="weights">The encoder's weights, whose names begin with <c>image_encoder.model.visual.</c> as in every classifier made
    /// from a CLIP model; names that begin otherwise, such as the head's, are not looked at.</param>
    /// <returns>A model with memory of its own; the caller disposes it.</returns>
    /// <exception cref="WeightMismatchException">Names or shapes are not those of this model's image encoder.</exception>
    public ClipModel WithVisualWeights(Weights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ObjectDisposedException.ThrowIf(_disposed, this);
        TensorMatch.RequireSameShapes(
            TensorInfo.Of(ImageEncoder.Weights.Select(w => KeyValuePair.Create(WeightsPrefix + w.Key, w.Value))),
            TensorInfo.Of(weights.Where(w => w.Key.StartsWith(WeightsPrefix + Encoder.ImagePrefix, StringComparison.Ordinal))),
            "model's image encoder",
            "given weights");
        using IDisposable grad = no_grad();
        Encoder image = Encoder.Image(Config.Vision, Config.EmbeddingDimension, Device).OrDispose(encoder =>
        {
            foreach (var (name, tensor) in encoder.Weights) tensor.copy_(weights[WeightsPrefix + name]);
        });
        return image.OrDispose(_ =>
            new ClipModel(Config, Tokenizer, Preprocessor, image, TextEncoder.Copy(Device)) { LogitScale = LogitScale });
    }

    /// <summary>Writes the whole model, both encoders and its vocabulary, as another library reads it.
    /// The folder appears whole or not at all.</summary>
    /// <param name="folder">A new or empty folder.</param>
    /// <param name="layout">Whose layout.</param>
    /// <param name="precision">The type of the stored numbers: float32, float16 or bfloat16. Default float32, which loses nothing.</param>
    /// <exception cref="ArgumentException">The layout cannot express this model, the precision cannot hold its numbers,
    /// or the folder holds something.</exception>
    public void Save(string folder, CheckpointLayout layout, ScalarType precision = ScalarType.Float32)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using Tensor logitScale = tensor((float)LogitScale);
        KeyValuePair<string, Tensor>[] weights = [.. EncoderWeights(), new(ClipConfig.LogitScaleName, logitScale)];
        ClipFormats.Write(new ClipContents(Config, Tokenizer, Preprocessor, weights, precision), folder, layout);
    }

    /// <summary>Frees the weights. May be called again.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        ImageEncoder.Dispose();
        TextEncoder.Dispose();
    }

    private static ClipConfig AtResolution(ClipConfig config, int resolution)
    {
        if (config.Vision.Tower.Positions is null && resolution != config.Vision.Resolution)
            throw new ArgumentException(
                $"The resolution is {resolution} and the model a {config.Vision.Tower.Name} for {config.Vision.Resolution}; " +
                "expected no other: only vision transformers are fitted to another resolution.", nameof(resolution));
        return config with { Vision = (config.Vision with { Resolution = resolution }).Validated() };
    }

    private static ClipPreprocessor AtResolution(ClipPreprocessor preprocessor, int resolution) => preprocessor with
    {
        Resolution = resolution,
        // The same part of the image.
        ShorterSide = preprocessor.ShorterSide is { } side ? (int)Math.Round((double)side * resolution / preprocessor.Resolution) : null,
    };

    private void ReadWeights(ClipCheckpoint checkpoint)
    {
        using IDisposable grad = no_grad();
        if (checkpoint.Tensors.StoredTypes is [ScalarType.Float32])
            ParallelReading.ForEach(EncoderWeights(), w => ReadWeight(checkpoint, w.Key, w.Value));
        else // libtorch converts numbers on several threads already
            foreach (var (name, tensor) in EncoderWeights()) ReadWeight(checkpoint, name, tensor);
        using Tensor scale = zeros([], dtype: float64);
        checkpoint.Tensors.ReadInto(ClipConfig.LogitScaleName, scale);
        LogitScale = scale.item<double>();
    }

    private void ReadVisualWeights(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        KeyValuePair<string, Tensor>[] wanted = [.. ImageEncoder.Weights.Select(w => KeyValuePair.Create(WeightsPrefix + w.Key, w.Value))];
        TensorMatch.RequireSameShapes(
            TensorInfo.Of(wanted),
            file.Tensors.Where(t => t.Key.StartsWith(WeightsPrefix, StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal),
            "CLIP model that training began with", $"trained {path}");
        using IDisposable grad = no_grad();
        file.CopyTo(wanted);
    }

    private void ReadWeight(ClipCheckpoint checkpoint, string name, Tensor destination)
    {
        bool resized = Config.Vision.TokenCount != checkpoint.Config.Vision.TokenCount;
        if (resized && Config.Vision.Tower.Positions is { } positions && name == positions.Name)
            ReadResized(checkpoint, positions, destination);
        else checkpoint.Tensors.ReadInto(name, destination);
    }

    private void ReadResized(ClipCheckpoint checkpoint, (string Name, Func<Tensor, int, Tensor> Resize) positions, Tensor destination)
    {
        using var scope = NewDisposeScope();
        Tensor stored = empty(checkpoint.Config.Vision.TokenCount, Config.Vision.Width);
        checkpoint.Tensors.ReadInto(positions.Name, stored);
        destination.copy_(positions.Resize(stored, Config.Vision.Resolution / Config.Vision.PatchSize));
    }

    /// <summary>Goes on computing on another device.</summary>
    internal void MoveTo(Device device)
    {
        ImageEncoder.MoveTo(device);
        TextEncoder.MoveTo(device);
    }

    private IEnumerable<KeyValuePair<string, Tensor>> EncoderWeights() => ImageEncoder.Weights.Concat(TextEncoder.Weights);
}

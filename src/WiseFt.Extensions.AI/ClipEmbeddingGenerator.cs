using Microsoft.Extensions.AI;
using WiseFt.Classification;
using WiseFt.Images;
using WiseFt.Models;
using WiseFt.Text;
using static TorchSharp.torch;

namespace WiseFt.Extensions.AI;

/// <summary>CLIP's vectors of images and of texts, which can be compared with each other: one object for both, so that a vector store
/// that keeps images is searched by text.</summary>
/// <remarks>Safe to use from several threads at once. Owns native memory: dispose it; calls under way end first.</remarks>
public sealed class ClipEmbeddingGenerator :
    IEmbeddingGenerator<DataContent, Embedding<float>>, IEmbeddingGenerator<string, Embedding<float>>
{
    /// <summary>What <see cref="EmbeddingGeneratorMetadata.ProviderName"/> says.</summary>
    private const string ProviderName = "wiseft";

    private readonly Handle<ClipModel> _model;
    private readonly ClipEmbeddingOptions _options;
    private readonly ClipPreprocessor _preprocessor;

    private ClipEmbeddingGenerator(ClipModel model, string modelId, ClipEmbeddingOptions options)
    {
        _options = options;
        _preprocessor = model.Preprocessor with { Decoding = options.Decoding };
        Metadata = new EmbeddingGeneratorMetadata(
            ProviderName, defaultModelId: modelId, defaultModelDimensions: model.Config.EmbeddingDimension);
        _model = Handle.Own(model, typeof(ClipEmbeddingGenerator));
    }

    /// <summary>Loads a model.</summary>
    /// <param name="modelPath">A CLIP model, as <see cref="ClipModel.Load"/> reads it: a folder, a file or a name on the Hugging Face Hub.
    /// Or a trained model: the folder that <c>wiseft train</c> left, a file of it, or a mixture's .safetensors file with
    /// <see cref="ClipEmbeddingOptions.ClipPath"/>.</param>
    /// <param name="options">The settings; null for the defaults.</param>
    /// <exception cref="CheckpointException">It is no model, damaged, or its text encoder is nowhere.</exception>
    /// <exception cref="ArgumentException">The path is blank, or an alpha is given for what is one model.</exception>
    /// <exception cref="InvalidOperationException">The device is not there.</exception>
    public static ClipEmbeddingGenerator Load(string modelPath, ClipEmbeddingOptions? options = null)
    {
        options ??= new ClipEmbeddingOptions();
        return ClipSource.Open(Check.NotBlank(modelPath), options).OrDispose(model =>
            new ClipEmbeddingGenerator(model, options.ModelId ?? ClipSource.Name(modelPath, options), options));
    }

    /// <summary>This, as the generator of images, for calls that cannot tell: <c>Images.GenerateVectorAsync(photo)</c>.</summary>
    public IEmbeddingGenerator<DataContent, Embedding<float>> Images => this;

    /// <summary>This, as the generator of texts.</summary>
    public IEmbeddingGenerator<string, Embedding<float>> Texts => this;

    /// <summary>Provider "wiseft", the model's name and the length of its vectors.</summary>
    public EmbeddingGeneratorMetadata Metadata { get; }

    /// <summary>The vectors of images.</summary>
    /// <param name="values">Encoded PNG, JPEG, GIF, BMP or WebP images, of a media type that begins with "image/"; what they are is told
    /// by their content.</param>
    /// <param name="options">Model and dimensions must be this generator's where they are given.</param>
    /// <param name="cancellationToken">Stops between images and between batches.</param>
    /// <returns>A vector of float32 (E) an image, in their order.</returns>
    /// <exception cref="ArgumentException">A content is no image or empty, or another model or other dimensions are asked for.</exception>
    /// <exception cref="ImageException">An image is damaged, too large, or of another format: the first in order, named.</exception>
    /// <exception cref="ObjectDisposedException">The generator is disposed.</exception>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<DataContent> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        RequireOwn(options);
        ImageSource[] images = ImageContent.Sources(values);
        return Task.Run(
            () => _model.Use(clip => Embed(
                clip.ImageEncoder, images, batch => _preprocessor.Load(batch, cancellationToken), cancellationToken)),
            cancellationToken);
    }

    /// <summary>The vectors of texts.</summary>
    /// <param name="values">Texts. What is beyond the model's context (77 tokens of OpenAI's models) is cut off, as CLIP's tokenizer does
    /// everywhere in WiseFt.</param>
    /// <param name="options">Model and dimensions must be this generator's where they are given.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>A vector of float32 (E) a text, in their order; the usage counts the tokens that were read.</returns>
    /// <exception cref="ArgumentException">A text is null, or another model or other dimensions are asked for.</exception>
    /// <exception cref="ObjectDisposedException">The generator is disposed.</exception>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        RequireOwn(options);
        string[] texts = [.. values];
        return Task.Run(() => _model.Use(clip => EmbedTexts(clip, texts, cancellationToken)), cancellationToken);
    }

    /// <summary>This or its <see cref="Metadata"/>, by type; null for anything else and for every key.</summary>
    /// <param name="serviceType">The type.</param>
    /// <param name="serviceKey">Null.</param>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null) return null;
        return serviceType == typeof(EmbeddingGeneratorMetadata) ? Metadata : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Frees the model's memory once no call under way needs it. May be called again.</summary>
    public void Dispose() => _model.Dispose();

    private GeneratedEmbeddings<Embedding<float>> EmbedTexts(ClipModel clip, string[] texts, CancellationToken cancel)
    {
        long tokens = 0;
        Tensor Load(IReadOnlyList<string> batch)
        {
            Tensor ids = TextBatch.Encode(clip.Tokenizer, batch, clip.Config.Text.Tower.IsCausal);
            tokens += TextBatch.Lengths(ids, clip.Tokenizer.EndToken).Sum();
            return ids;
        }
        GeneratedEmbeddings<Embedding<float>> embeddings = Embed(clip.TextEncoder, texts, Load, cancel);
        embeddings.Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens };
        return embeddings;
    }

    private GeneratedEmbeddings<Embedding<float>> Embed<T>(
        Encoder encoder, T[] items, Func<IReadOnlyList<T>, Tensor> load, CancellationToken cancel)
    {
        var embeddings = new GeneratedEmbeddings<Embedding<float>>(items.Length);
        ImageScorer scorer = ImageScorer.Vectors(encoder, _options.Normalize, _options.Precision, _options.BatchSize);
        scorer.Run(items, load, (_, vectors) => embeddings.AddRange(Rows(vectors)), progress: null, cancel);
        return embeddings;
    }

    private IEnumerable<Embedding<float>> Rows(Tensor vectors)
    {
        using Tensor onCpu = vectors.cpu();
        float[] values = onCpu.data<float>().ToArray();
        int length = (int)vectors.shape[1];
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return values.Chunk(length).Select(row => new Embedding<float>(row) { ModelId = Metadata.DefaultModelId, CreatedAt = now });
    }

    private void RequireOwn(EmbeddingGenerationOptions? options)
    {
        if (options?.ModelId is { } model && model != Metadata.DefaultModelId)
            throw new ArgumentException(
                $"The model asked for is {model}, and this generator's {Metadata.DefaultModelId}. Leave ModelId out, or load that model.",
                nameof(options));
        if (options?.Dimensions is { } dimensions && dimensions != Metadata.DefaultModelDimensions)
            throw new ArgumentException(FormattableString.Invariant(
                $"The dimensions asked for are {dimensions}, and {Metadata.DefaultModelId} gives {Metadata.DefaultModelDimensions}; ") +
                "CLIP's vectors cannot be shortened. Leave Dimensions out.", nameof(options));
    }
}

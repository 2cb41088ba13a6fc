using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace WiseFt.Extensions.AI;

/// <summary>Says what stands around a registered <see cref="ClipEmbeddingGenerator"/>: each <c>Use</c> for images and texts alike, inside
/// those before it.</summary>
public sealed class ClipEmbeddingBuilder
{
    internal ClipEmbeddingBuilder(Func<IServiceProvider, ClipEmbeddingGenerator> generator)
    {
        Images = new EmbeddingGeneratorBuilder<DataContent, Embedding<float>>(generator);
        Texts = new EmbeddingGeneratorBuilder<string, Embedding<float>>(generator);
    }

    /// <summary>What stands around the generator of images alone.</summary>
    public EmbeddingGeneratorBuilder<DataContent, Embedding<float>> Images { get; }

    /// <summary>What stands around the generator of texts alone.</summary>
    public EmbeddingGeneratorBuilder<string, Embedding<float>> Texts { get; }

    /// <summary>Logs calls, by the services' logger factory.</summary>
    public ClipEmbeddingBuilder UseLogging()
    {
        Images.UseLogging();
        Texts.UseLogging();
        return this;
    }

    /// <summary>Traces and measures calls, by OpenTelemetry's conventions for generative AI.</summary>
    /// <param name="sourceName">The name of the source of activities and of the meter. Null for the library's,
    /// <c>Experimental.Microsoft.Extensions.AI</c>.</param>
    public ClipEmbeddingBuilder UseOpenTelemetry(string? sourceName = null)
    {
        Images.UseOpenTelemetry(sourceName: sourceName);
        Texts.UseOpenTelemetry(sourceName: sourceName);
        return this;
    }

    /// <summary>Keeps vectors in the services' <see cref="IDistributedCache"/>, by input and model: another model's are not found.
    /// A model that changes and keeps its name needs another <see cref="ClipEmbeddingOptions.ModelId"/>, or another cache.</summary>
    public ClipEmbeddingBuilder UseDistributedCache()
    {
        Images.UseDistributedCache(configure: cache => cache.CacheKeyAdditionalValues = [ModelOf(cache)]);
        Texts.UseDistributedCache(configure: cache => cache.CacheKeyAdditionalValues = [ModelOf(cache)]);
        return this;
    }

    /// <summary>Builds both pipelines.</summary>
    internal JoinedEmbeddingGenerator Build(IServiceProvider services) => new(Images.Build(services), Texts.Build(services));

    private static string ModelOf(IEmbeddingGenerator generator) =>
        generator.GetRequiredService<EmbeddingGeneratorMetadata>().DefaultModelId!;
}

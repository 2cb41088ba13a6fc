using Microsoft.Extensions.AI;
using WiseFt.Extensions.AI;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>CLIP's vectors as a service.</summary>
public static class WiseFtEmbeddingServiceCollectionExtensions
{
    /// <summary>Adds a <see cref="ClipEmbeddingGenerator"/> as the generator of images
    /// (<c>IEmbeddingGenerator&lt;DataContent, Embedding&lt;float&gt;&gt;</c>), of texts
    /// (<c>IEmbeddingGenerator&lt;string, Embedding&lt;float&gt;&gt;</c>) and as <see cref="IEmbeddingGenerator"/>: one object for all
    /// three, with what the builder puts around it. It is loaded when it is first asked for, and disposed with the services.</summary>
    /// <param name="services">The services.</param>
    /// <param name="modelPath">The model, as <see cref="ClipEmbeddingGenerator.Load"/> reads it.</param>
    /// <param name="configure">Varies the default settings: <c>options => options with { BatchSize = 64 }</c>.
    /// Null for the defaults.</param>
    /// <param name="serviceKey">The key of a keyed service, where there are several models. Default null: no key.</param>
    /// <example><code>services.AddWiseFtEmbeddings("openai/clip-vit-base-patch32").UseLogging().UseOpenTelemetry();</code></example>
    public static ClipEmbeddingBuilder AddWiseFtEmbeddings(
        this IServiceCollection services, string modelPath, Func<ClipEmbeddingOptions, ClipEmbeddingOptions>? configure = null,
        object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        WiseFt.Check.NotBlank(modelPath);
        var defaults = new ClipEmbeddingOptions();
        ClipEmbeddingOptions options = configure?.Invoke(defaults) ?? defaults;
        var builder = new ClipEmbeddingBuilder(provider => provider.GetRequiredKeyedService<ClipEmbeddingGenerator>(serviceKey));
        services.AddKeyedSingleton(serviceKey, (_, _) => ClipEmbeddingGenerator.Load(modelPath, options));
        services.AddKeyedSingleton(serviceKey, (provider, _) => builder.Build(provider));
        Add<IEmbeddingGenerator>(services, serviceKey);
        Add<IEmbeddingGenerator<DataContent, Embedding<float>>>(services, serviceKey);
        Add<IEmbeddingGenerator<string, Embedding<float>>>(services, serviceKey);
        return builder;
    }

    private static void Add<TService>(IServiceCollection services, object? key)
        where TService : class =>
        services.AddKeyedSingleton(key, (provider, _) => (TService)(object)provider.GetRequiredKeyedService<JoinedEmbeddingGenerator>(key));
}

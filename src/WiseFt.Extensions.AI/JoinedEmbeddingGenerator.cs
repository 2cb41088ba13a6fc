using Microsoft.Extensions.AI;

namespace WiseFt.Extensions.AI;

/// <summary>A pipeline for images and one for texts as one object again, since what stands around a generator is for one kind of
/// input.</summary>
/// <param name="images">The pipeline for images.</param>
/// <param name="texts">The pipeline for texts.</param>
internal sealed class JoinedEmbeddingGenerator(
    IEmbeddingGenerator<DataContent, Embedding<float>> images, IEmbeddingGenerator<string, Embedding<float>> texts) :
    IEmbeddingGenerator<DataContent, Embedding<float>>, IEmbeddingGenerator<string, Embedding<float>>
{
    /// <inheritdoc/>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<DataContent> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        images.GenerateAsync(values, options, cancellationToken);

    /// <inheritdoc/>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        texts.GenerateAsync(values, options, cancellationToken);

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this)
            ? this
            : images.GetService(serviceType, serviceKey) ?? texts.GetService(serviceType, serviceKey);
    }

    /// <summary>Disposes both pipelines, which do so with what they stand around.</summary>
    public void Dispose()
    {
        images.Dispose();
        texts.Dispose();
    }
}

using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace ImageSearch;

/// <summary>What Microsoft.Extensions.VectorData makes of a record's attributes, for stores with one vector a record: key, data, and the
/// vector, which the library generates where the property is a text or a content.</summary>
internal sealed class VectorModel : CollectionModelBuilder
{
    private const string Vectors = "ReadOnlyMemory<float>, Embedding<float>, float[]";

    private VectorModel()
        : base(new CollectionModelBuildingOptions { SupportsMultipleVectors = false, RequiresAtLeastOneVector = true })
    {
    }

    /// <summary>The model of a record.</summary>
    public static CollectionModel Of<TKey, TRecord>(VectorStoreCollectionDefinition definition) =>
        new VectorModel().Build(typeof(TRecord), typeof(TKey), definition, definition.EmbeddingGenerator);

    /// <summary>The vectors of records, generated in one call for all where they have to be.</summary>
    public static async Task<ReadOnlyMemory<float>[]> OfRecordsAsync<TRecord>(
        VectorPropertyModel property, IReadOnlyList<TRecord> records, CancellationToken cancel)
    {
        object?[] values = [.. records.Select(record => property.GetValueAsObject(record!))];
        if (values.Any(value => value is null)) throw new ArgumentException($"A record has no {property.ModelName}.", nameof(records));
        if (property.EmbeddingGenerator is null) return [.. values.Select(value => AsVector(value!))];
        var generated = await property.GenerateEmbeddingsAsync(values, cancel);
        return [.. generated.Select(AsVector)];
    }

    /// <summary>The vector of what is searched for.</summary>
    public static async Task<ReadOnlyMemory<float>> OfSearchAsync<TInput>(
        VectorPropertyModel property, TInput value, CancellationToken cancel)
        where TInput : notnull =>
        AsVector(value is ReadOnlyMemory<float> or float[] or Embedding<float>
            ? value
            : await property.GenerateEmbeddingAsync(value, cancel));

    /// <inheritdoc/>
    protected override bool IsDataPropertyTypeValid(Type type, out string supportedTypes)
    {
        supportedTypes = "string";
        return type == typeof(string);
    }

    /// <inheritdoc/>
    protected override bool IsVectorPropertyTypeValid(Type type, out string supportedTypes)
    {
        supportedTypes = Vectors;
        return type == typeof(ReadOnlyMemory<float>) || type == typeof(Embedding<float>) || type == typeof(float[]);
    }

    private static ReadOnlyMemory<float> AsVector(object value) => value switch
    {
        ReadOnlyMemory<float> vector => vector,
        float[] array => array,
        Embedding<float> embedding => embedding.Vector,
        _ => throw new ArgumentException($"Found a {value.GetType().Name} as a vector; expected {Vectors}.", nameof(value)),
    };
}

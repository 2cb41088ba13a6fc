using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

namespace ImageSearch;

/// <summary>An image in a store: where it lies, and its content, of which the store makes a vector and keeps nothing else.</summary>
internal sealed class Photo
{
    /// <summary>The file.</summary>
    public string Path { get; set; } = "";

    /// <summary>The folder that the file lies in.</summary>
    public string Folder { get; set; } = "";

    /// <summary>The encoded image; null in what a store that keeps vectors alone gives back.</summary>
    public DataContent? Image { get; set; }

    /// <summary>What a store must know: the length of the vectors, which is the model's, and who makes them.</summary>
    public static VectorStoreCollectionDefinition Definition(IEmbeddingGenerator generator) => new()
    {
        Properties =
        [
            new VectorStoreKeyProperty(nameof(Path), typeof(string)),
            new VectorStoreDataProperty(nameof(Folder), typeof(string)),
            new VectorStoreVectorProperty<DataContent>(
                nameof(Image), generator.GetRequiredService<EmbeddingGeneratorMetadata>().DefaultModelDimensions!.Value)
            {
                DistanceFunction = DistanceFunction.CosineSimilarity,
            },
        ],
        EmbeddingGenerator = generator,
    };
}

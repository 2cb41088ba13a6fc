using Microsoft.ML.Data;
using WiseFt;
using WiseFt.ML;

namespace Microsoft.ML;

/// <summary>CLIP's feature vectors on <c>mlContext.Transforms</c>.</summary>
public static class ClipEmbeddingCatalog
{
    /// <summary>Turns images into CLIP's feature vectors.</summary>
    /// <param name="catalog">The context's <c>Transforms</c>.</param>
    /// <param name="outputColumnName">The column of vectors that is added.</param>
    /// <param name="inputColumnName">The image column: text (a path), an image, or a vector of bytes (an encoded image).</param>
    /// <param name="modelPath">The CLIP model: whatever <see cref="ClipModel.Load"/> reads.</param>
    public static ClipImageEmbeddingEstimator ClipImageEmbedding(
        this TransformsCatalog catalog, string outputColumnName, string inputColumnName, string modelPath) => catalog.ClipImageEmbedding(
            new ClipImageEmbeddingEstimator.Options
            {
                OutputColumnName = outputColumnName,
                InputColumnName = inputColumnName,
                ModelPath = modelPath,
            });

    /// <summary>Turns images into CLIP's feature vectors, with all settings.</summary>
    /// <param name="catalog">The context's <c>Transforms</c>.</param>
    /// <param name="options">The settings.</param>
    public static ClipImageEmbeddingEstimator ClipImageEmbedding(
        this TransformsCatalog catalog, ClipImageEmbeddingEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new ClipImageEmbeddingEstimator(catalog.GetEnvironment(), options);
    }

    /// <summary>Turns texts into CLIP's feature vectors.</summary>
    /// <param name="catalog">The context's <c>Transforms</c>.</param>
    /// <param name="outputColumnName">The column of vectors that is added.</param>
    /// <param name="inputColumnName">The text column.</param>
    /// <param name="modelPath">The CLIP model: whatever <see cref="ClipModel.Load"/> reads.</param>
    public static ClipTextEmbeddingEstimator ClipTextEmbedding(
        this TransformsCatalog catalog, string outputColumnName, string inputColumnName, string modelPath) => catalog.ClipTextEmbedding(
            new ClipTextEmbeddingEstimator.Options
            {
                OutputColumnName = outputColumnName,
                InputColumnName = inputColumnName,
                ModelPath = modelPath,
            });

    /// <summary>Turns texts into CLIP's feature vectors, with all settings.</summary>
    /// <param name="catalog">The context's <c>Transforms</c>.</param>
    /// <param name="options">The settings.</param>
    public static ClipTextEmbeddingEstimator ClipTextEmbedding(this TransformsCatalog catalog, ClipTextEmbeddingEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new ClipTextEmbeddingEstimator(catalog.GetEnvironment(), options);
    }
}

using Microsoft.ML.Data;
using WiseFt.ML;

namespace Microsoft.ML;

/// <summary>Model soups on <c>mlContext.Transforms</c>.</summary>
public static class ModelSoupCatalog
{
    /// <summary>Fine-tunes the zero-shot classifier of a CLIP model with every setting of a grid, and takes the mean of the runs that help.
    /// </summary>
    /// <param name="catalog">The context's <c>Transforms</c>.</param>
    /// <param name="options">The settings.</param>
    public static ModelSoupEstimator ModelSoup(this TransformsCatalog catalog, ModelSoupEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new ModelSoupEstimator(catalog.GetEnvironment(), options);
    }
}

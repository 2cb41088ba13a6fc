using Microsoft.ML.Data;
using WiseFt;
using WiseFt.ML;

namespace Microsoft.ML;

/// <summary>Zero-shot image classification on <c>mlContext.Transforms</c>.</summary>
public static class ClipZeroShotCatalog
{
    /// <summary>A zero-shot image classifier made of a CLIP model and class names. Nothing is trained.</summary>
    /// <param name="catalog">The context's <c>Transforms</c>.</param>
    /// <param name="modelPath">The CLIP model: whatever <see cref="ClipModel.Load"/> reads.</param>
    /// <param name="labelColumnName">The label column, a key; it gives the classes and their order.
    /// Where the data has none, <paramref name="classNames"/> does.</param>
    /// <param name="imageColumnName">The image column: text (a path), an image, or a vector of bytes (an encoded image).</param>
    /// <param name="templates">The sentences around the class names; <see cref="PromptTemplates.ImageNet"/> if null.</param>
    /// <param name="classNames">The words for each class, in key order; if null, the label column's key values are the words.</param>
    public static ClipZeroShotEstimator ClipZeroShot(
        this TransformsCatalog catalog,
        string modelPath,
        string? labelColumnName = "Label",
        string imageColumnName = "ImagePath",
        PromptTemplates? templates = null,
        IReadOnlyList<string>? classNames = null) => catalog.ClipZeroShot(new ClipZeroShotEstimator.Options
        {
            ModelPath = modelPath,
            Columns = new() { LabelColumnName = labelColumnName, ImageColumnName = imageColumnName },
            Head = new() { Templates = templates ?? PromptTemplates.ImageNet, ClassNames = classNames },
        });

    /// <summary>A zero-shot image classifier with all settings.</summary>
    /// <param name="catalog">The context's <c>Transforms</c>.</param>
    /// <param name="options">The settings.</param>
    public static ClipZeroShotEstimator ClipZeroShot(this TransformsCatalog catalog, ClipZeroShotEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new ClipZeroShotEstimator(catalog.GetEnvironment(), options);
    }
}

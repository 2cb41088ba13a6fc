using WiseFt.ML;
using WiseFt.Onnx;

namespace Microsoft.ML;

/// <summary>Models with a CLIP classifier as ONNX, on <c>mlContext.Model</c>.</summary>
/// <remarks>
/// The methods stand beside those of the package Microsoft.ML.OnnxConverter, which take data as a second argument and convert ML.NET's own
/// components; a call fits the ones or the others.
/// </remarks>
public static class OnnxConversionCatalog
{
    /// <summary>Writes the classifier of a model as an ONNX file: images in, <c>Score</c> out.</summary>
    /// <param name="catalog">The context's <c>Model</c>.</param>
    /// <param name="model">A <see cref="ClipClassifierTransformer"/>, or a <see cref="WiseFtTransformer"/> or
    /// <see cref="WeightEnsembleTransformer"/> at its alpha; or a chain with exactly one of them. What comes before it
    /// (labels to keys, loading of images) is not in the file, nor what comes after it.</param>
    /// <param name="path">The file, conventionally <c>.onnx</c>. It appears whole or not at all; an existing one is replaced.</param>
    /// <param name="options">What to write; the defaults of <see cref="OnnxExportOptions"/> if null.</param>
    /// <exception cref="ArgumentException">
    /// The model has none of them or several, or a step after it replaces its scores, or reads columns that only the data has, so that
    /// this cannot be told; or <see cref="OnnxExporter.Export"/> refuses the classifier.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The transformer is disposed.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void ConvertToOnnx(
        this ModelOperationsCatalog catalog, ITransformer model, string path, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        FinalClassifier.FindIn(model).Model.Use(classifier =>
        {
            OnnxExporter.Export(classifier, path, options);
            return classifier;
        });
    }

    /// <summary>Writes the classifier of a model as ONNX into a stream: images in, <c>Score</c> out.</summary>
    /// <param name="catalog">The context's <c>Model</c>.</param>
    /// <param name="model">As for a file.</param>
    /// <param name="stream">Where to write; it stays open. Nothing is written unless the whole model can be converted.</param>
    /// <param name="options">What to write; the defaults of <see cref="OnnxExportOptions"/> if null.</param>
    /// <exception cref="ArgumentException">As for a file.</exception>
    /// <exception cref="ObjectDisposedException">The transformer is disposed.</exception>
    public static void ConvertToOnnx(
        this ModelOperationsCatalog catalog, ITransformer model, Stream stream, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(stream);
        FinalClassifier.FindIn(model).Model.Use(classifier =>
        {
            OnnxExporter.Write(classifier, stream, options);
            return classifier;
        });
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>Merges the weights of several classifiers of one architecture into one, by any method of <see cref="MergeMethod"/>.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Machine learning task</term><description>Multiclass classification of images.</description></item>
/// <item><term>Input</term><description>An image column: text (a path), <see cref="MLImage"/>, or a vector of bytes; of a label column,
/// which is a key, the classes alone are read.</description></item>
/// <item><term>Output</term><description><c>Score</c>, a vector of probabilities in key order,
/// and <c>PredictedLabel</c>, a key.</description></item>
/// <item><term>Does it look at the training data?</term><description>Only where it chooses alpha on a part of it.</description></item>
/// <item><term>Packages besides WiseFt.ML</term><description>TorchSharp-cpu,
/// TorchSharp-cuda-windows or TorchSharp-cuda-linux.</description></item>
/// <item><term>Exportable to ONNX</term><description>Yes: by <c>mlContext.Model.ConvertToOnnx</c> without data
/// the classifier alone, by ML.NET's with data the whole pipeline.</description></item>
/// </list>
/// With a base, the ensemble can be mixed with it, theta = (1 - alpha) * base + alpha * ensemble, as WiSE-FT mixes a fine-tuned model with
/// the zero-shot one. Sources are named by <see cref="MergeMethod"/>.
/// </remarks>
public sealed partial class WeightEnsembleEstimator : IEstimator<WeightEnsembleTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly IIngredientSource _source;
    private readonly AlphaSelection _selection;
    private readonly bool _keepIngredients;
    private readonly CancellationToken _cancel;

    internal WeightEnsembleEstimator(
        IHostEnvironment environment, IIngredientSource source, AlphaSelection selection, bool keepIngredients, CancellationToken cancel)
    {
        (_environment, _source, _selection, _keepIngredients, _cancel) = (environment, source, selection, keepIngredients, cancel);
    }

    /// <summary>Reads or shares the models, and merges them.</summary>
    /// <param name="input">Data whose schema is read; its rows only where a part of them chooses alpha.</param>
    /// <returns>The ensemble. Dispose it, or the model it becomes a part of.</returns>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type, classes are unknown or contradictory, or alpha is
    /// not 1 and there is no base.</exception>
    /// <exception cref="CheckpointException">A model cannot be read.</exception>
    /// <exception cref="WeightMismatchException">The models have different architectures.</exception>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">A transformer to be merged is disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public WeightEnsembleTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Cancellation.Run(_environment, cancel => Fit(input, cancel), _cancel);
    }

    /// <summary>The schema after scoring.</summary>
    /// <param name="inputSchema">The schema before.</param>
    /// <exception cref="ArgumentException">The image column is missing or no image, or the label column is no key.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _source.GetOutputSchema(inputSchema);

    private WeightEnsembleTransformer Fit(IDataView input, CancellationToken cancel)
    {
        using IChannel channel = _environment.Register(nameof(WeightEnsembleEstimator)).Start("Merging");
        var (_, validation) = AlphaValidation.Split(_environment, _selection, input, _source.Columns);
        var (models, labels) = _source.Fit(_environment, input, cancel);
        using (models)
        {
            var settings = new EnsembleSetting(_environment, labels, _source.Columns, _source.Scoring);
            channel.Info($"Merging {models.Recipe.Merged.Length} models by {models.Recipe.Method}.");
            return WeightEnsembleTransformer.Merge(
                settings, models, endPoints => endPoints is null
                    ? _selection.Alpha is 1 ? 1 : throw WeightEnsembleTransformer.NoBase("another alpha than 1")
                    : validation.Choose(endPoints, labels, channel, cancel), _keepIngredients);
        }
    }
}

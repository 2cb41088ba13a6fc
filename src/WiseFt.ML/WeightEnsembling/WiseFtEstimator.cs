using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>WiSE-FT: mixes the weights of a zero-shot and a fine-tuned classifier, theta = (1 - alpha)
/// * zero-shot + alpha * fine-tuned.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Machine learning task</term><description>Multiclass classification of images,
/// robust to distribution shift.</description></item>
/// <item><term>Input</term><description>A key column of labels, and an image column:
/// text (a path), <see cref="MLImage"/>, or a vector of bytes.</description></item>
/// <item><term>Output</term><description><c>Score</c>, a vector of probabilities in key order,
/// and <c>PredictedLabel</c>, a key.</description></item>
/// <item><term>Packages besides WiseFt.ML</term><description>TorchSharp-cpu,
/// TorchSharp-cuda-windows or TorchSharp-cuda-linux.</description></item>
/// <item><term>Exportable to ONNX</term><description>Yes: by <c>mlContext.Model.ConvertToOnnx</c> without data
/// the classifier alone, by ML.NET's with data the whole pipeline.</description></item>
/// </list>
/// Source: Wortsman et al., Robust fine-tuning of zero-shot models, arXiv 2109.01903, equation 1.
/// </remarks>
public sealed partial class WiseFtEstimator : IEstimator<WiseFtTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly IEndPointSource _source;
    private readonly AlphaSelection _selection;
    private readonly bool _keepEndPoints;
    private readonly CancellationToken _cancel;

    internal WiseFtEstimator(
        IHostEnvironment environment, IEndPointSource source, AlphaSelection selection, bool keepEndPoints, CancellationToken cancel)
    {
        (_environment, _source, _selection, _keepEndPoints, _cancel) = (environment, source, selection, keepEndPoints, cancel);
    }

    /// <summary>Trains or reads the two models, and mixes them.</summary>
    /// <param name="input">The training data; where the models exist already, only its schema is read.</param>
    /// <returns>The mixture. Dispose it, or the model it becomes a part of.</returns>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type, or classes are unknown or contradictory.</exception>
    /// <exception cref="CheckpointException">A model cannot be read.</exception>
    /// <exception cref="WeightMismatchException">The models have different architectures.</exception>
    /// <exception cref="ImageException">A training image cannot be read, and <see cref="Options.SkipBadImages"/> is off.</exception>
    /// <exception cref="FineTuningException">The loss or the gradient is no number any more.</exception>
    /// <exception cref="ObjectDisposedException">A transformer to be mixed is disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public WiseFtTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Cancellation.Run(_environment, cancel => Fit(input, cancel), _cancel);
    }

    /// <summary>The schema after scoring.</summary>
    /// <param name="inputSchema">The schema before.</param>
    /// <exception cref="ArgumentException">The image column is missing or no image, or the label column is missing or no key.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _source.GetOutputSchema(inputSchema);

    private WiseFtTransformer Fit(IDataView input, CancellationToken cancel)
    {
        using IChannel channel = _environment.Register(nameof(WiseFtEstimator)).Start("Choosing alpha");
        (IDataView training, AlphaValidation validation) = AlphaValidation.Split(_environment, _selection, input, _source.Columns);
        var (models, labels) = _source.Fit(_environment, training, cancel);
        using var endPoints = Handle.Own(models, typeof(WiseFtTransformer));
        double alpha = validation.Choose(endPoints, labels, channel, cancel);
        return WiseFtTransformer.Mix(_environment, endPoints, labels, _source.Columns, _source.Scoring, alpha, _keepEndPoints);
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>WiSE-FT: mixes the weights of a zero-shot and a fine-tuned classifier, theta = (1 - alpha) * zero-shot + alpha * fine-tuned.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Machine learning task</term><description>Multiclass classification of images, robust to distribution shift.</description></item>
/// <item><term>Input</term><description>A key column of labels, and an image column: text (a path), <see cref="MLImage"/>, or a vector of bytes.</description></item>
/// <item><term>Output</term><description><c>Score</c>, a vector of probabilities in key order, and <c>PredictedLabel</c>, a key.</description></item>
/// <item><term>Packages besides WiseFt.ML</term><description>TorchSharp-cpu, TorchSharp-cuda-windows or TorchSharp-cuda-linux.</description></item>
/// <item><term>Exportable to ONNX</term><description>No.</description></item>
/// </list>
/// Source: Wortsman et al., Robust fine-tuning of zero-shot models, arXiv 2109.01903, equation 1.
/// </remarks>
public sealed partial class WiseFtEstimator : IEstimator<WiseFtTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly EndPointSource _source;
    private readonly ScoringColumns _columns;
    private readonly double _alpha;
    private readonly bool _keepEndPoints;

    internal WiseFtEstimator(IHostEnvironment environment, EndPointSource source, double alpha, bool keepEndPoints)
    {
        (_environment, _source, _columns, _keepEndPoints) = (environment, source, source.Columns, keepEndPoints);
        _alpha = Check.InRange(alpha, 0.0, 1.0);
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
        var (models, labels) = _source.Fit(_environment, input);
        using var endPoints = new Handle<EndPoints>(new Shared<EndPoints>(models), typeof(WiseFtTransformer));
        return WiseFtTransformer.Mix(endPoints, labels, _columns, _source.ScoringBatchSize, _alpha, _keepEndPoints);
    }

    /// <summary>The schema after scoring.</summary>
    /// <param name="inputSchema">The schema before.</param>
    /// <exception cref="ArgumentException">The image column is missing or no image, or the label column is missing or no key.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _source.GetOutputSchema(inputSchema);
}

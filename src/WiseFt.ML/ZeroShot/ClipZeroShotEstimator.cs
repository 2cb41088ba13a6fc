using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>Builds a zero-shot image classifier from a CLIP model and the names of the classes. Nothing is trained.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Input</term><description>An image column: text (a path), <see cref="MLImage"/>, or a vector of bytes (an encoded image).</description></item>
/// <item><term>Output</term><description><c>Score</c>, a vector of probabilities in key order, and <c>PredictedLabel</c>, a key.</description></item>
/// <item><term>Does it look at the training data?</term><description>Only at the key values of the label column.</description></item>
/// <item><term>Packages besides WiseFt.ML</term><description>TorchSharp-cpu, TorchSharp-cuda-windows or TorchSharp-cuda-linux.</description></item>
/// <item><term>Exportable to ONNX</term><description>No.</description></item>
/// </list>
/// Source: Radford et al., arXiv 2103.00020, section 3.1; mlfoundations/wise-ft src/models/zeroshot.py.
/// </remarks>
public sealed partial class ClipZeroShotEstimator : IEstimator<ClipZeroShotTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly Options _options;
    private readonly ScoringColumns _columns;

    internal ClipZeroShotEstimator(IHostEnvironment environment, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_environment, _options, _columns) = (environment, options, options.Columns);
    }

    /// <summary>Builds the classifier.</summary>
    /// <param name="input">Data whose label column, if there is one, has the classes as key values. Its rows are not read.</param>
    /// <returns>The classifier. Dispose it, or the model it becomes a part of.</returns>
    /// <exception cref="ArgumentException">The image column is missing, or the classes are unknown or contradictory.</exception>
    /// <exception cref="CheckpointException">The CLIP model cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public ClipZeroShotTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Cancellation.Run(_environment, cancel => Fit(input, cancel), _options.CancellationToken);
    }

    /// <summary>The schema after scoring.</summary>
    /// <param name="inputSchema">The schema before.</param>
    /// <exception cref="ArgumentException">The image column is missing or no image, or the label column is no key.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _columns.Extend(inputSchema, null);

    private ClipZeroShotTransformer Fit(IDataView input, CancellationToken cancel)
    {
        IHost host = _environment.Register(nameof(ClipZeroShotEstimator));
        using IChannel channel = host.Start("Building the zero-shot head");
        ImageColumn.Find(input.Schema, _columns.Image);
        Classes classes = Classes.Find(_columns.FindLabel(input.Schema), _options.ClassNames);
        var device = DeviceChoice.Resolve(_environment, _options.Device, channel);
        ImageClassifier classifier = classes.BuildZeroShot(_options.ModelPath, _options.Templates, device, _options.Progress, cancel, _options.HeadCacheDirectory);
        channel.Info($"Zero-shot head of {classes.Labels.Names.Length} classes and {_options.Templates.Count} prompt templates built.");
        var handle = new Handle<ImageClassifier>(new Shared<ImageClassifier>(classifier), typeof(ClipZeroShotTransformer));
        return new ClipZeroShotTransformer(new ClassifierScorer(_environment, handle, classes.Labels, _columns, _options.Scoring));
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>Fine-tunes the zero-shot classifier of a CLIP model on labelled images, end to end or its linear classifier alone.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Machine learning task</term><description>Multiclass classification of images.</description></item>
/// <item><term>Input</term><description>A key column of labels, and an image column: text (a path), <see cref="MLImage"/>, or a vector of bytes.</description></item>
/// <item><term>Output</term><description><c>Score</c>, a vector of probabilities in key order, and <c>PredictedLabel</c>, a key.</description></item>
/// <item><term>Is normalisation or caching required?</term><description>No. Files are read anew in each epoch; encoded bytes and decoded
/// images are copied into memory, so paths or bytes suit large data better than decoded images.</description></item>
/// <item><term>Packages besides WiseFt.ML</term><description>TorchSharp-cpu, TorchSharp-cuda-windows or TorchSharp-cuda-linux.</description></item>
/// <item><term>Exportable to ONNX</term><description>No.</description></item>
/// </list>
/// Fine-tuning alone costs accuracy under distribution shift; WiseFtEstimator gives it back. Source: the paper, section 4
/// and appendix D.2; mlfoundations/wise-ft src/models/finetune.py.
/// </remarks>
public sealed partial class ClipFineTuneTrainer : IEstimator<ClipFineTuneTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly Options _options;
    private readonly ScoringColumns _columns;

    internal ClipFineTuneTrainer(IHostEnvironment environment, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_environment, _options, _columns) = (environment, options, options.Columns);
    }

    /// <summary>Trains.</summary>
    /// <param name="input">Labelled images of at least two classes. Rows without a label are left out.</param>
    /// <returns>The classifier. Dispose it, or the model it becomes a part of.</returns>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type, or the data has too few classes or rows.</exception>
    /// <exception cref="CheckpointException">The CLIP model cannot be read.</exception>
    /// <exception cref="ImageException">An image cannot be read, and <see cref="Options.SkipBadImages"/> is off.</exception>
    /// <exception cref="FineTuningException">The loss or the gradient is no number any more.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public ClipFineTuneTransformer Fit(IDataView input)
    {
        using TrainedPair trained = Cancellation.Run(_environment, cancel => TrainedPair.Fit(_environment, _options, input, cancel), _options.CancellationToken);
        Handle<ImageClassifier> model = trained.FineTuned.Share(typeof(ClipFineTuneTransformer));
        return new ClipFineTuneTransformer(new ClassifierScorer(_environment, model, trained.Labels, _columns, _options.Scoring));
    }

    /// <summary>The schema after scoring.</summary>
    /// <param name="inputSchema">The schema before.</param>
    /// <exception cref="ArgumentException">The image column is missing or no image, or the label column is missing or no key.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        SchemaShape output = _columns.Extend(inputSchema, null);
        _columns.RequireLabel(inputSchema);
        return output;
    }
}

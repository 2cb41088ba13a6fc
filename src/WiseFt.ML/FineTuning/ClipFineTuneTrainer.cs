using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using WiseFt.Training;

namespace WiseFt.ML;

/// <summary>Fine-tunes the zero-shot classifier of a CLIP model on labelled images, end to end or its linear classifier alone.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Machine learning task</term><description>Multiclass classification of images.</description></item>
/// <item><term>Input</term><description>A key column of labels, and an image column:
/// text (a path), <see cref="MLImage"/>, or a vector of bytes.</description></item>
/// <item><term>Output</term><description><c>Score</c>, a vector of probabilities in key order,
/// and <c>PredictedLabel</c>, a key.</description></item>
/// <item><term>Is normalisation or caching required?</term><description>No. Files are read anew in each epoch; encoded bytes and decoded
/// images are copied into memory, so paths or bytes suit large data better than decoded images.</description></item>
/// <item><term>Packages besides WiseFt.ML</term><description>TorchSharp-cpu,
/// TorchSharp-cuda-windows or TorchSharp-cuda-linux.</description></item>
/// <item><term>Exportable to ONNX</term><description>Yes: by <c>mlContext.Model.ConvertToOnnx</c> without data
/// the classifier alone, by ML.NET's with data the whole pipeline.</description></item>
/// </list>
/// Fine-tuning alone costs accuracy under distribution shift; WiseFtEstimator gives it back. Source: the paper, section 4
/// and appendix D.2; mlfoundations/wise-ft src/models/finetune.py.
/// </remarks>
public sealed class ClipFineTuneTrainer : IEstimator<ClipClassifierTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly Options _options;

    internal ClipFineTuneTrainer(IHostEnvironment environment, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_environment, _options) = (environment, options);
    }

    /// <summary>Trains.</summary>
    /// <param name="input">Labelled images of at least two classes. Rows without a label are left out.</param>
    /// <returns>The classifier. Dispose it, or the model it becomes a part of.</returns>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type, the data has too few classes or rows, class weights
    /// are for other classes, or early stopping has no validation set.</exception>
    /// <exception cref="CheckpointException">The CLIP model cannot be read.</exception>
    /// <exception cref="ImageException">An image cannot be read, and <see cref="Options.SkipBadImages"/> is off.</exception>
    /// <exception cref="FineTuningException">The loss or the gradient is no number any more.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public ClipClassifierTransformer Fit(IDataView input)
    {
        using TrainedPair trained = Cancellation.Run(
            _environment, cancel => TrainedPair.Fit(_environment, _options, input, cancel), _options.CancellationToken);
        Handle<ImageClassifier> model = trained.FineTuned.Share(typeof(ClipClassifierTransformer));
        return new ClipClassifierTransformer(
            ClipClassifierTransformer.FineTunedFile,
            new ClassifierScorer(_environment, model, trained.Labels, _options.Columns, _options.Scoring));
    }

    /// <summary>The schema after scoring.</summary>
    /// <param name="inputSchema">The schema before.</param>
    /// <exception cref="ArgumentException">The image column is missing or no image, the label column is missing or no key, or the column
    /// of weights is missing or no number.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _options.OutputSchema(inputSchema);

    /// <summary>Settings of <see cref="ClipFineTuneTrainer"/>. Immutable; vary with <c>with</c>.</summary>
    /// <remarks>Defaults are the paper's recipe for ImageNet; see <see cref="FineTuningOptions"/>.</remarks>
    public sealed record Options
    {
        /// <summary>The CLIP model: whatever <see cref="ClipModel.Load"/> reads.</summary>
        public required string ModelPath { get; init => field = Check.NotBlank(value); }

        /// <summary>The recipe. Where no seed is given, the context's decides, or 0 where it has none.</summary>
        public FineTuningOptions Training { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

        /// <inheritdoc cref="FineTuningOptions.Mode"/>
        /// <remarks>Short for <see cref="Training"/>'s; give the latter first where both are given.</remarks>
        public FineTuningMode Mode { get => Training.Mode; init => Training = Training with { Mode = value }; }

        /// <inheritdoc cref="FineTuningOptions.Epochs"/>
        /// <remarks>Short for <see cref="Training"/>'s; give the latter first where both are given.</remarks>
        public int Epochs { get => Training.Epochs; init => Training = Training with { Epochs = value }; }

        /// <inheritdoc cref="FineTuningOptions.LearningRate"/>
        /// <remarks>Short for <see cref="Training"/>'s; give the latter first where both are given.</remarks>
        public double LearningRate { get => Training.LearningRate; init => Training = Training with { LearningRate = value }; }

        /// <inheritdoc cref="FineTuningOptions.BatchSize"/>
        /// <remarks>Short for <see cref="Training"/>'s; give the latter first where both are given.</remarks>
        public int BatchSize { get => Training.BatchSize; init => Training = Training with { BatchSize = value }; }

        /// <summary>The prompts of the zero-shot model that training starts from, and where its head is kept.</summary>
        public ZeroShotHeadOptions Head { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.Columns"/>
        public ScoringColumns Columns { get; init => field = ScoringColumns.Checked(value); } = new();

        /// <summary>The column of example weights, a number (<see cref="float"/>) a row, finite and at least 0: what the row counts in the
        /// loss. Null (the default): each counts 1.</summary>
        /// <remarks>A row counts its weight times that of its class (<see cref="FineTuningOptions.ClassWeights"/>), and a batch's loss is
        /// divided by what its rows count together. Validation and scoring do not look at it.</remarks>
        public string? ExampleWeightColumnName { get; init => field = value is null ? null : Check.NotBlank(value); }

        /// <summary>Labelled images that are not trained on, with the same columns; the label may be text or a key of the same classes:
        /// accuracy and loss on them are logged after every epoch, and they decide on the epoch that is kept where
        /// <see cref="FineTuningOptions.EarlyStoppingPatience"/> is set, which needs them. Default null: none.</summary>
        public IDataView? ValidationSet { get; init; }

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.Scoring"/>
        public ScoringOptions Scoring { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

        /// <summary>Where and how often training saves itself, and when it is cancelled. Null (the default): nowhere.</summary>
        /// <remarks>A fit that finds snapshots of the same run there goes on from them, whatever <see cref="SnapshotOptions.Resume"/>
        /// says, and gives the model that a fit without a stop gives; those of another run are refused with what changed.</remarks>
        public SnapshotOptions? Snapshots { get; init; }

        /// <summary>Whether training images that cannot be read are left out and listed in <c>mlContext.Log</c>.
        /// Default false: they are an error.</summary>
        /// <remarks>Every image is decoded once more, before training.</remarks>
        public bool SkipBadImages { get; init; }

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.Device"/>
        public string? Device { get; init => field = DeviceChoice.Check(value, nameof(Device)); }

        /// <summary>Is told about every optimiser step, on the training thread;
        /// of a fit that goes on, about the steps done before too. Default null.</summary>
        public IProgress<FineTuningStep>? Progress { get; init; }

        /// <summary>Stops training before the next step.</summary>
        public CancellationToken CancellationToken { get; init; }

        /// <summary>The schema after scoring.</summary>
        internal SchemaShape OutputSchema(SchemaShape input)
        {
            SchemaShape output = Columns.ExtendLabelled(input);
            ExampleWeightColumn.Require(input, ExampleWeightColumnName);
            return output;
        }
    }
}

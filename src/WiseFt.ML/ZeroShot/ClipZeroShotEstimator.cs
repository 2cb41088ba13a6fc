using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>Builds a zero-shot image classifier from a CLIP model and the names of the classes. Nothing is trained.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Input</term><description>An image column: text (a path), <see cref="MLImage"/>,
/// or a vector of bytes (an encoded image).</description></item>
/// <item><term>Output</term><description><c>Score</c>, a vector of probabilities in key order,
/// and <c>PredictedLabel</c>, a key.</description></item>
/// <item><term>Does it look at the training data?</term><description>Only at the key values of the label column.</description></item>
/// <item><term>Packages besides WiseFt.ML</term><description>TorchSharp-cpu,
/// TorchSharp-cuda-windows or TorchSharp-cuda-linux.</description></item>
/// <item><term>Exportable to ONNX</term><description>Yes: by <c>mlContext.Model.ConvertToOnnx</c> without data
/// the classifier alone, by ML.NET's with data the whole pipeline.</description></item>
/// </list>
/// Source: Radford et al., arXiv 2103.00020, section 3.1; mlfoundations/wise-ft src/models/zeroshot.py.
/// </remarks>
public sealed class ClipZeroShotEstimator : IEstimator<ClipClassifierTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly Options _options;

    internal ClipZeroShotEstimator(IHostEnvironment environment, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_environment, _options) = (environment, options);
    }

    /// <summary>Builds the classifier.</summary>
    /// <param name="input">Data whose label column, if there is one, has the classes as key values. Its rows are not read.</param>
    /// <returns>The classifier. Dispose it, or the model it becomes a part of.</returns>
    /// <exception cref="ArgumentException">The image column is missing, or the classes are unknown or contradictory.</exception>
    /// <exception cref="CheckpointException">The CLIP model cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public ClipClassifierTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Cancellation.Run(_environment, cancel => Fit(input, cancel), _options.CancellationToken);
    }

    /// <summary>The schema after scoring.</summary>
    /// <param name="inputSchema">The schema before.</param>
    /// <exception cref="ArgumentException">The image column is missing or no image, or the label column is no key.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _options.Columns.Extend(inputSchema, null);

    private ClipClassifierTransformer Fit(IDataView input, CancellationToken cancel)
    {
        IHost host = _environment.Register(nameof(ClipZeroShotEstimator));
        using IChannel channel = host.Start("Building the zero-shot head");
        ImageColumn.Find(input.Schema, _options.Columns.ImageColumnName);
        Classes classes = Classes.Find(_options.Columns.FindLabel(input.Schema), _options.Head.ClassNames);
        var device = DeviceChoice.Resolve(_environment, _options.Device, channel);
        ImageClassifier classifier = classes.BuildZeroShot(
            _options.ModelPath, _options.Head, device, channel, _options.Progress, cancel);
        var handle = Handle.Own(classifier, typeof(ClipClassifierTransformer));
        return new ClipClassifierTransformer(
            ClipClassifierTransformer.ZeroShotFile,
            new ClassifierScorer(_environment, handle, classes.Labels, _options.Columns, _options.Scoring));
    }

    /// <summary>Settings of <see cref="ClipZeroShotEstimator"/>. Immutable; vary with <c>with</c>.</summary>
    public sealed record Options
    {
        /// <summary>The CLIP model: whatever <see cref="ClipModel.Load"/> reads.</summary>
        public required string ModelPath { get; init => field = Check.NotBlank(value); }

        /// <summary>The prompts, and where the head made of them is kept.</summary>
        public ZeroShotHeadOptions Head { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

        /// <summary>The columns that are read and added.</summary>
        public ScoringColumns Columns { get; init => field = ScoringColumns.Checked(value); } = new();

        /// <summary>How rows are scored.</summary>
        public ScoringOptions Scoring { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

        /// <summary>Where to compute: cpu, cuda, cuda:N or mps. Null (the default): as <c>mlContext.GpuDeviceId</c> says.</summary>
        public string? Device { get; init => field = DeviceChoice.Check(value, nameof(Device)); }

        /// <summary>Is told how many prompts are encoded: classes times templates. Default null.</summary>
        public IProgress<WorkProgress>? Progress { get; init; }

        /// <summary>Stops the building of the head.</summary>
        public CancellationToken CancellationToken { get; init; }
    }
}

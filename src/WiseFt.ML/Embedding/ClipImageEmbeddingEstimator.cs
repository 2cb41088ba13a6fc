using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>Turns images into CLIP's feature vectors, for any trainer downstream,
/// for clustering and for search. Nothing is trained.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Input</term><description>An image column: text (a path), <see cref="MLImage"/>,
/// or a vector of bytes (an encoded image).</description></item>
/// <item><term>Output</term><description>A vector of <see cref="float"/> of the model's embedding dimension.</description></item>
/// <item><term>Packages besides WiseFt.ML</term><description>TorchSharp-cpu,
/// TorchSharp-cuda-windows or TorchSharp-cuda-linux.</description></item>
/// <item><term>Exportable to ONNX</term><description>Yes, by ML.NET's <c>mlContext.Model.ConvertToOnnx</c> with data,
/// which takes pixels then.</description></item>
/// </list>
/// </remarks>
public sealed class ClipImageEmbeddingEstimator : IEstimator<ClipImageEmbeddingTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly Options _options;

    internal ClipImageEmbeddingEstimator(IHostEnvironment environment, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_environment, _options) = (environment, options);
    }

    /// <summary>Loads the image encoder.</summary>
    /// <param name="input">Data with the image column. Its rows are not read.</param>
    /// <returns>The encoder. Dispose it, or the model it becomes a part of.</returns>
    /// <exception cref="ArgumentException">The image column is missing or no image.</exception>
    /// <exception cref="CheckpointException">The CLIP model cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The context was cancelled.</exception>
    public ClipImageEmbeddingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ImageColumn.Find(input.Schema, _options.InputColumnName);
        return EmbeddingColumns.Load(
            _environment, nameof(ClipImageEmbeddingEstimator), _options.ModelPath, _options.Device, (clip, device) =>
            new ClipImageEmbeddingTransformer(
                _environment, clip.ImageEncoder.Copy(device), ClipImageEmbeddingTransformer.Settings.Of(clip, _options.Columns)));
    }

    /// <summary>The schema after embedding.</summary>
    /// <param name="inputSchema">The schema before.</param>
    /// <exception cref="ArgumentException">The image column is missing or no image.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        ImageColumn.Require(inputSchema, _options.InputColumnName);
        return _options.Columns.Extend(inputSchema);
    }

    /// <summary>Settings of <see cref="ClipImageEmbeddingEstimator"/>. Immutable; vary with <c>with</c>.</summary>
    public sealed record Options
    {
        /// <summary>The CLIP model: whatever <see cref="ClipModel.Load"/> reads.</summary>
        public required string ModelPath { get; init => field = Check.NotBlank(value); }

        /// <summary>The column of vectors that is added. Default "Features", which trainers read.</summary>
        public string OutputColumnName { get; init => field = Check.NotBlank(value); } = "Features";

        /// <summary>The image column: text (a path), an image, or a vector of bytes. Default "ImagePath".</summary>
        public string InputColumnName { get; init => field = Check.NotBlank(value); } = "ImagePath";

        /// <summary>Whether the vectors are made unit vectors, as cosine search needs them. Default false:
        /// CLIP's features as they are.</summary>
        public bool Normalize { get; init; }

        /// <summary>How rows are embedded.</summary>
        public ScoringOptions Scoring { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.Device"/>
        public string? Device { get; init => field = DeviceChoice.Check(value, nameof(Device)); }

        internal EmbeddingColumns Columns =>
            new(OutputColumnName, InputColumnName, Normalize, Scoring.BatchSize) { Precision = Scoring.Precision };
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>Turns texts into CLIP's feature vectors, which can be compared with those of images. Nothing is trained.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Input</term><description>A text column. Texts longer than the model's context (77 tokens
/// in OpenAI's models) are cut.</description></item>
/// <item><term>Output</term><description>A vector of <see cref="float"/> of the model's embedding dimension.</description></item>
/// <item><term>Packages besides WiseFt.ML</term><description>TorchSharp-cpu,
/// TorchSharp-cuda-windows or TorchSharp-cuda-linux.</description></item>
/// <item><term>Exportable to ONNX</term><description>Yes, by ML.NET's <c>mlContext.Model.ConvertToOnnx</c> with data,
/// which takes tokens then.</description></item>
/// </list>
/// </remarks>
public sealed class ClipTextEmbeddingEstimator : IEstimator<ClipTextEmbeddingTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly Options _options;

    internal ClipTextEmbeddingEstimator(IHostEnvironment environment, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_environment, _options) = (environment, options);
    }

    /// <summary>Loads the text encoder.</summary>
    /// <param name="input">Data with the text column. Its rows are not read.</param>
    /// <returns>The encoder. Dispose it, or the model it becomes a part of.</returns>
    /// <exception cref="ArgumentException">The text column is missing or no text.</exception>
    /// <exception cref="CheckpointException">The CLIP model cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The context was cancelled.</exception>
    public ClipTextEmbeddingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        TextColumn.Find(input.Schema, _options.InputColumnName);
        return EmbeddingColumns.Load(
            _environment, nameof(ClipTextEmbeddingEstimator), _options.ModelPath, _options.Device, (clip, device) =>
            new ClipTextEmbeddingTransformer(
                _environment, clip.TextEncoder.Copy(device), ClipTextEmbeddingTransformer.Settings.Of(clip, _options.Columns),
                clip.Tokenizer));
    }

    /// <summary>The schema after embedding.</summary>
    /// <param name="inputSchema">The schema before.</param>
    /// <exception cref="ArgumentException">The text column is missing or no text.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        TextColumn.Require(inputSchema, _options.InputColumnName);
        return _options.Columns.Extend(inputSchema);
    }

    /// <summary>Settings of <see cref="ClipTextEmbeddingEstimator"/>. Immutable; vary with <c>with</c>.</summary>
    public sealed record Options
    {
        /// <summary>The CLIP model: whatever <see cref="ClipModel.Load"/> reads.</summary>
        public required string ModelPath { get; init => field = Check.NotBlank(value); }

        /// <summary>The column of vectors that is added. Default "Features", which trainers read.</summary>
        public string OutputColumnName { get; init => field = Check.NotBlank(value); } = "Features";

        /// <summary>The text column. Default "Text".</summary>
        public string InputColumnName { get; init => field = Check.NotBlank(value); } = "Text";

        /// <inheritdoc cref="ClipImageEmbeddingEstimator.Options.Normalize"/>
        public bool Normalize { get; init; }

        /// <summary>How rows are embedded.</summary>
        public ScoringOptions Scoring { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.Device"/>
        public string? Device { get; init => field = DeviceChoice.Check(value, nameof(Device)); }

        internal EmbeddingColumns Columns =>
            new(OutputColumnName, InputColumnName, Normalize, Scoring.BatchSize) { Precision = Scoring.Precision };
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using WiseFt.Images;
using WiseFt.ML;
using WiseFt.Models;
using static TorchSharp.torch;

[assembly: LoadableClass(
    typeof(ClipImageEmbeddingTransformer), null, typeof(SignatureLoadModel), "CLIP image embedding", ClipImageEmbeddingTransformer.LoaderSignature)]

namespace WiseFt.ML;

/// <summary>Adds CLIP's feature vectors of images.</summary>
/// <remarks>Holds native memory: dispose it, or the model it is a part of. Safe to use from several threads at once.</remarks>
public sealed class ClipImageEmbeddingTransformer : ITransformer, IDisposable
{
    internal const string LoaderSignature = "ClipImageEmbedding";
    private const string WeightsStream = "Weights.safetensors";

    private static readonly ModelFile _file = new("CLIPIMGE", LoaderSignature);

    private readonly Embedder _embedder;
    private readonly VisionConfig _vision;
    private readonly ClipPreprocessor _preprocessor;

    internal ClipImageEmbeddingTransformer(IHostEnvironment environment, Encoder encoder, EmbeddingColumns columns, VisionConfig vision, int length, ClipPreprocessor preprocessor)
    {
        _embedder = new Embedder(environment, new Handle<Encoder>(new Shared<Encoder>(encoder), typeof(ClipImageEmbeddingTransformer)), columns, length);
        (_vision, _preprocessor) = (vision, preprocessor);
    }

    /// <summary>Length of the vectors.</summary>
    public int EmbeddingDimension => _embedder.Length;

    /// <summary>Yes: each row is encoded by itself, so that prediction engines work.</summary>
    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The schema after embedding.</summary>
    /// <param name="inputSchema">The schema before.</param>
    /// <exception cref="ArgumentException">The image column is missing or no image.</exception>
    /// <exception cref="ObjectDisposedException">The transformer is disposed.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    /// <summary>Adds the vectors, which are computed in batches when they are read.</summary>
    /// <param name="input">Data with the image column.</param>
    /// <inheritdoc cref="GetOutputSchema"/>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new BatchDataView<RowImage>(input, Bind(input.Schema));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => Bind(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx) => _embedder.Encoder.Use(encoder =>
    {
        _file.Save(ctx, new Settings { Columns = _embedder.Columns, Vision = _vision, EmbeddingDimension = _embedder.Length, Preprocessor = _preprocessor });
        ModelFile.SaveWeights(ctx, WeightsStream, encoder.Weights);
        return encoder;
    });

    /// <summary>Frees the encoder's memory once no encoding under way needs it. May be called again.</summary>
    public void Dispose() => _embedder.Dispose();

    internal static ClipImageEmbeddingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        Settings settings = _file.Load<Settings>(ctx);
        Encoder encoder = _file.Load(ctx, WeightsStream, weights => Encoder.Image(settings.Vision, settings.EmbeddingDimension, weights, SavedClassifier.Device(env)));
        return new ClipImageEmbeddingTransformer(env, encoder, settings.Columns, settings.Vision, settings.EmbeddingDimension, settings.Preprocessor);
    }

    private BatchMapper<RowImage> Bind(DataViewSchema input)
    {
        ArgumentNullException.ThrowIfNull(input);
        DataViewSchema.Column source = ImageColumn.Find(input, _embedder.Columns.Input);
        return _embedder.Bind(
            input, source, row => ImageColumn.Reader(row, row.Schema[source.Index], _preprocessor), images => ImageColumn.Load(images, _preprocessor));
    }

    private sealed record Settings
    {
        public required EmbeddingColumns Columns { get; init; }

        public required VisionConfig Vision { get; init; }

        public required int EmbeddingDimension { get; init; }

        public required ClipPreprocessor Preprocessor { get; init; }
    }
}

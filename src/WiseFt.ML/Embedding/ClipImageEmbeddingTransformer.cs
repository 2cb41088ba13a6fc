using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using WiseFt.Images;
using WiseFt.ML;
using WiseFt.Models;
using WiseFt.Onnx;

[assembly: LoadableClass(
    typeof(ClipImageEmbeddingTransformer), null, typeof(SignatureLoadModel), "CLIP image embedding",
    ClipImageEmbeddingTransformer.LoaderSignature)]

namespace WiseFt.ML;

/// <summary>Adds CLIP's feature vectors of images.</summary>
/// <remarks>Holds native memory: dispose it, or the model it is a part of. Safe to use from several threads at once.</remarks>
public sealed class ClipImageEmbeddingTransformer : ITransformer, IDisposable
{
    internal const string LoaderSignature = "ClipImageEmbedding";

    private static readonly ModelFile _file = new("CLIPIMGE", LoaderSignature);

    private readonly Embedder<RowImage> _embedder;
    private readonly Settings _settings;

    internal ClipImageEmbeddingTransformer(IHostEnvironment environment, Encoder encoder, Settings settings)
    {
        ClipPreprocessor preprocessor = settings.Preprocessor;
        _settings = settings;
        _embedder = new Embedder<RowImage>(
            environment,
            Handle.Own(encoder, typeof(ClipImageEmbeddingTransformer)),
            settings.Columns,
            settings.EmbeddingDimension,
            ImageColumn.Find,
            (row, column) => ImageColumn.Reader(row, column, preprocessor),
            images => ImageColumn.Load(images, preprocessor),
            new EncoderOnnx(
                "pixel_values", new VectorDataViewType(NumberDataViewType.Single, 3, preprocessor.Resolution, preprocessor.Resolution),
                (held, unit) => ComponentGraphs.OfImageEncoder(held.Weights, settings.Vision, settings.EmbeddingDimension, unit)));
    }

    /// <summary>Length of the vectors.</summary>
    public int EmbeddingDimension => _settings.EmbeddingDimension;

    /// <summary>Yes: each row is encoded by itself, so that prediction engines work.</summary>
    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The schema after embedding.</summary>
    /// <param name="inputSchema">The schema before.</param>
    /// <exception cref="ArgumentException">The image column is missing or no image.</exception>
    /// <exception cref="ObjectDisposedException">The transformer is disposed.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => _embedder.Bind(inputSchema).OutputSchema;

    /// <summary>Adds the vectors, which are computed in batches when they are read.</summary>
    /// <param name="input">Data with the image column.</param>
    /// <inheritdoc cref="GetOutputSchema"/>
    public IDataView Transform(IDataView input) => _embedder.Transform(input);

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => _embedder.Bind(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx) => _embedder.Save(_file, ctx, _settings);

    /// <summary>Frees the encoder's memory once no encoding under way needs it. May be called again.</summary>
    public void Dispose() => _embedder.Dispose();

    internal static ClipImageEmbeddingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        Settings settings = _file.Load<Settings>(ctx);
        Encoder encoder = Embedder<RowImage>.Load(
            _file, env, ctx, (weights, device) => Encoder.Image(settings.Vision, settings.EmbeddingDimension, weights, device));
        return new ClipImageEmbeddingTransformer(env, encoder, settings);
    }

    /// <summary>What is saved beside the weights.</summary>
    internal sealed record Settings
    {
        public required EmbeddingColumns Columns { get; init; }

        public required VisionConfig Vision { get; init; }

        public required int EmbeddingDimension { get; init; }

        public required ClipPreprocessor Preprocessor { get; init; }

        public static Settings Of(ClipModel clip, EmbeddingColumns columns) => new()
        {
            Columns = columns,
            Vision = clip.Config.Vision,
            EmbeddingDimension = clip.Config.EmbeddingDimension,
            Preprocessor = clip.Preprocessor,
        };
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using WiseFt.ML;
using WiseFt.Models;
using WiseFt.Onnx;
using WiseFt.Text;

[assembly: LoadableClass(
    typeof(ClipTextEmbeddingTransformer), null, typeof(SignatureLoadModel), "CLIP text embedding",
    ClipTextEmbeddingTransformer.LoaderSignature)]

namespace WiseFt.ML;

/// <summary>Adds CLIP's feature vectors of texts.</summary>
/// <remarks>Holds native memory: dispose it, or the model it is a part of. Safe to use from several threads at once.</remarks>
public sealed class ClipTextEmbeddingTransformer : ITransformer, IDisposable
{
    internal const string LoaderSignature = "ClipTextEmbedding";
    private const string VocabularyStream = "Vocabulary";

    private static readonly ModelFile _file = new("CLIPTXTE", LoaderSignature);

    private readonly Embedder<string> _embedder;
    private readonly Settings _settings;
    private readonly ITokenizer _tokenizer;

    internal ClipTextEmbeddingTransformer(IHostEnvironment environment, Encoder encoder, Settings settings, ITokenizer tokenizer)
    {
        (_settings, _tokenizer) = (settings, tokenizer);
        _embedder = new Embedder<string>(
            environment,
            Handle.Own(encoder, typeof(ClipTextEmbeddingTransformer)),
            settings.Columns,
            settings.EmbeddingDimension,
            TextColumn.Find,
            TextColumn.Reader,
            texts => TextBatch.Encode(tokenizer, texts, settings.Text.Tower.IsCausal),
            new EncoderOnnx(
                "input_ids", new VectorDataViewType(NumberDataViewType.Int64, settings.Text.ContextLength),
                (held, unit) => ComponentGraphs.OfTextEncoder(held.Weights, settings.Text, settings.EmbeddingDimension, unit)));
    }

    /// <summary>Length of the vectors.</summary>
    public int EmbeddingDimension => _settings.EmbeddingDimension;

    /// <summary>Yes: each row is encoded by itself, so that prediction engines work.</summary>
    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The schema after embedding.</summary>
    /// <param name="inputSchema">The schema before.</param>
    /// <exception cref="ArgumentException">The text column is missing or no text.</exception>
    /// <exception cref="ObjectDisposedException">The transformer is disposed.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => _embedder.Bind(inputSchema).OutputSchema;

    /// <summary>Adds the vectors, which are computed in batches when they are read.</summary>
    /// <param name="input">Data with the text column.</param>
    /// <inheritdoc cref="GetOutputSchema"/>
    public IDataView Transform(IDataView input) => _embedder.Transform(input);

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => _embedder.Bind(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx) => _embedder.Save(
        _file, ctx, _settings, () => ModelFile.SaveStream(ctx, VocabularyStream, _tokenizer.Save));

    /// <summary>Frees the encoder's memory once no encoding under way needs it. May be called again.</summary>
    public void Dispose() => _embedder.Dispose();

    internal static ClipTextEmbeddingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        Settings settings = _file.Load<Settings>(ctx);
        ClipTokenizer tokenizer = _file.Read(ctx, VocabularyStream, (stream, _) => ClipTokenizer.Load(stream));
        Encoder encoder = Embedder<string>.Load(
            _file, env, ctx, (weights, device) => Encoder.Text(settings.Text, settings.EmbeddingDimension, weights, device));
        return new ClipTextEmbeddingTransformer(env, encoder, settings, tokenizer);
    }

    /// <summary>What is saved beside the weights.</summary>
    internal sealed record Settings
    {
        public required EmbeddingColumns Columns { get; init; }

        public required TextConfig Text { get; init; }

        public required int EmbeddingDimension { get; init; }

        public static Settings Of(ClipModel clip, EmbeddingColumns columns) =>
            new() { Columns = columns, Text = clip.Config.Text, EmbeddingDimension = clip.Config.EmbeddingDimension };
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using WiseFt.ML;
using WiseFt.Models;
using WiseFt.Text;

[assembly: LoadableClass(
    typeof(ClipTextEmbeddingTransformer), null, typeof(SignatureLoadModel), "CLIP text embedding", ClipTextEmbeddingTransformer.LoaderSignature)]

namespace WiseFt.ML;

/// <summary>Adds CLIP's feature vectors of texts.</summary>
/// <remarks>Holds native memory: dispose it, or the model it is a part of. Safe to use from several threads at once.</remarks>
public sealed class ClipTextEmbeddingTransformer : ITransformer, IDisposable
{
    internal const string LoaderSignature = "ClipTextEmbedding";
    private const string WeightsStream = "Weights.safetensors", VocabularyStream = "Vocabulary";

    private static readonly ModelFile _file = new("CLIPTXTE", LoaderSignature);

    private readonly Embedder _embedder;
    private readonly TextConfig _text;
    private readonly ClipTokenizer _tokenizer;

    internal ClipTextEmbeddingTransformer(IHostEnvironment environment, Encoder encoder, EmbeddingColumns columns, TextConfig text, int length, ClipTokenizer tokenizer)
    {
        _embedder = new Embedder(environment, new Handle<Encoder>(new Shared<Encoder>(encoder), typeof(ClipTextEmbeddingTransformer)), columns, length);
        (_text, _tokenizer) = (text, tokenizer);
    }

    /// <summary>Length of the vectors.</summary>
    public int EmbeddingDimension => _embedder.Length;

    /// <summary>Yes: each row is encoded by itself, so that prediction engines work.</summary>
    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The schema after embedding.</summary>
    /// <param name="inputSchema">The schema before.</param>
    /// <exception cref="ArgumentException">The column is missing or no text.</exception>
    /// <exception cref="ObjectDisposedException">The transformer is disposed.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    /// <summary>Adds the vectors, which are computed in batches when they are read.</summary>
    /// <param name="input">Data with the text column.</param>
    /// <inheritdoc cref="GetOutputSchema"/>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new BatchDataView<string>(input, Bind(input.Schema));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => Bind(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx) => _embedder.Encoder.Use(encoder =>
    {
        _file.Save(ctx, new Settings { Columns = _embedder.Columns, Text = _text, EmbeddingDimension = _embedder.Length });
        ModelFile.SaveStream(ctx, VocabularyStream, _tokenizer.Save);
        ModelFile.SaveWeights(ctx, WeightsStream, encoder.Weights);
        return encoder;
    });

    /// <summary>Frees the encoder's memory once no encoding under way needs it. May be called again.</summary>
    public void Dispose() => _embedder.Dispose();

    internal static ClipTextEmbeddingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        Settings settings = _file.Load<Settings>(ctx);
        ClipTokenizer tokenizer = _file.Read(ctx, VocabularyStream, (stream, _) => ClipTokenizer.Load(stream));
        Encoder encoder = _file.Load(ctx, WeightsStream, weights => Encoder.Text(settings.Text, settings.EmbeddingDimension, weights, SavedClassifier.Device(env)));
        return new ClipTextEmbeddingTransformer(env, encoder, settings.Columns, settings.Text, settings.EmbeddingDimension, tokenizer);
    }

    private BatchMapper<string> Bind(DataViewSchema input)
    {
        ArgumentNullException.ThrowIfNull(input);
        DataViewSchema.Column source = TextColumn.Find(input, _embedder.Columns.Input);
        return _embedder.Bind(input, source, row => TextColumn.Reader(row, row.Schema[source.Index]), _tokenizer.Encode);
    }

    private sealed record Settings
    {
        public required EmbeddingColumns Columns { get; init; }

        public required TextConfig Text { get; init; }

        public required int EmbeddingDimension { get; init; }
    }
}

using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Onnx;
using WiseFt.Classification;
using WiseFt.Models;
using static TorchSharp.torch;

namespace WiseFt.ML;

/// <summary>What both embeddings have in common: an encoder whose features of a column's items become a column.
/// Owns a hold on the encoder.</summary>
/// <typeparam name="TItem">What is read of a row.</typeparam>
/// <param name="environment">The context.</param>
/// <param name="encoder">The encoder.</param>
/// <param name="columns">Names and other settings.</param>
/// <param name="length">Length E of a vector.</param>
/// <param name="find">The column of a name, or an error that says what is there instead.</param>
/// <param name="read">Binds to a row's column; each call of the result reads the item of the row at hand.</param>
/// <param name="load">Makes the encoder's input of items; disposed here.</param>
/// <param name="onnx">The encoder as an ONNX graph, on demand.</param>
internal sealed class Embedder<TItem>(
    IHostEnvironment environment,
    Handle<Encoder> encoder,
    EmbeddingColumns columns,
    int length,
    Func<DataViewSchema, string, DataViewSchema.Column> find,
    Func<DataViewRow, DataViewSchema.Column, Func<TItem>> read,
    Func<IReadOnlyList<TItem>, Tensor> load,
    EncoderOnnx onnx) : IDisposable
{
    private const string WeightsStream = "Weights.safetensors";

    /// <summary>Binds to an input schema.</summary>
    /// <exception cref="ArgumentException">The column is missing or holds something else.</exception>
    /// <exception cref="ObjectDisposedException">The transformer is disposed.</exception>
    public BatchMapper<TItem> Bind(DataViewSchema input)
    {
        ArgumentNullException.ThrowIfNull(input);
        DataViewSchema.Column source = find(input, columns.Input);
        encoder.RequireAlive();
        OutputColumn vectors = OutputColumn.Vector(columns.Output, length, AnnotationKinds.OfEmbedding(length));
        return new BatchMapper<TItem>(input, new RowComputation<TItem>(
            environment, "Embedding", source, [vectors], row => read(row, row.Schema[source.Index]), Encode, columns.BatchSize,
            new OnnxComputation(onnx.Input, onnx.InputType, () => encoder.Use(held => onnx.Build(held, columns.Normalise)))));
    }

    /// <summary>The data with a column of vectors, which are computed when they are read.</summary>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new BatchDataView<TItem>(input, Bind(input.Schema));
    }

    /// <summary>Saves settings and the encoder's weights, then what else there is.</summary>
    public void Save<TSettings>(ModelFile file, ModelSaveContext context, TSettings settings, Action? others = null) => encoder.Use(held =>
    {
        file.Save(context, settings);
        others?.Invoke();
        ModelFile.SaveWeights(context, WeightsStream, held.Weights);
        return held;
    });

    /// <summary>Loads the weights that <see cref="Save"/> wrote.</summary>
    /// <param name="file">The format.</param>
    /// <param name="environment">Chooses the device.</param>
    /// <param name="context">The saved model.</param>
    /// <param name="make">Makes the encoder.</param>
    public static Encoder Load(
        ModelFile file, IHostEnvironment environment, ModelLoadContext context, Func<Tensors.ITensorSource, Device, Encoder> make)
    {
        Device device = DeviceChoice.OfContext(environment);
        return file.Load(context, WeightsStream, weights => make(weights, device));
    }

    public void Dispose() => encoder.Dispose();

    /// <summary>A batch's vectors, row by row.</summary>
    private float[] Encode(IReadOnlyList<TItem> items)
    {
        encoder.RequireAlive();
        using Tensor batch = load(items);
        return encoder.Use(held => ImageScorer.Vectors(held, columns.Normalise, columns.Precision, columns.BatchSize).Rows(batch));
    }
}

/// <summary>How an encoder is written as ONNX.</summary>
/// <param name="Input">What the graph's input is called.</param>
/// <param name="InputType">The input's items and shape.</param>
/// <param name="Build">The graph of an encoder, with unit vectors or not.</param>
internal sealed record EncoderOnnx(string Input, VectorDataViewType InputType, Func<Encoder, bool, GraphProto> Build);

/// <summary>The columns of an embedding, as they are saved.</summary>
/// <param name="Output">The column of vectors that is added.</param>
/// <param name="Input">The column that is read.</param>
/// <param name="Normalise">Whether the vectors are made unit vectors.</param>
/// <param name="BatchSize">Rows encoded at once.</param>
internal sealed record EmbeddingColumns(string Output, string Input, bool Normalise, int BatchSize)
{
    /// <summary>In what the encoder's products are computed; not written where it is float32,
    /// as it always was in models of earlier versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Precision Precision { get; init => field = Check.Defined(value); }

    /// <summary>The schema after embedding, before there is data.</summary>
    public SchemaShape Extend(SchemaShape input)
    {
        var columns = input.ToDictionary(c => c.Name, StringComparer.Ordinal);
        columns[Output] = new(
            Output, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false, AnnotationKinds.ShapeOfEmbedding());
        return new SchemaShape(columns.Values);
    }

    /// <summary>Loads a CLIP model, of which a transformer takes one encoder.</summary>
    public static T Load<T>(
        IHostEnvironment environment, string component, string modelPath, string? deviceOption, Func<ClipModel, Device, T> make)
    {
        environment.CheckAlive();
        using IChannel channel = environment.Register(component).Start("Loading");
        Device device = DeviceChoice.Resolve(environment, deviceOption, channel);
        using ClipModel clip = ClipModel.Load(modelPath);
        T transformer = make(clip, device);
        channel.Info($"Loaded {modelPath}, on {device}.");
        return transformer;
    }
}

using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using WiseFt.Models;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.ML;

/// <summary>What both embeddings have in common. Owns a hold on an encoder.</summary>
/// <param name="environment">The context.</param>
/// <param name="encoder">The encoder.</param>
/// <param name="columns">Names and other settings.</param>
/// <param name="length">Length E of a vector.</param>
internal sealed class Embedder(IHostEnvironment environment, Handle<Encoder> encoder, EmbeddingColumns columns, int length) : IDisposable
{
    public Handle<Encoder> Encoder => encoder;

    public EmbeddingColumns Columns => columns;

    public int Length => length;

    /// <summary>Binds to a column of the input.</summary>
    /// <param name="input">The input schema.</param>
    /// <param name="source">Its column.</param>
    /// <param name="read">Reads a row's item.</param>
    /// <param name="batch">Makes the encoder's input of items; disposed here.</param>
    public BatchMapper<TItem> Bind<TItem>(
        DataViewSchema input, DataViewSchema.Column source, Func<DataViewRow, Func<TItem>> read, Func<IReadOnlyList<TItem>, Tensor> batch)
    {
        encoder.RequireAlive();
        OutputColumn vectors = OutputColumn.Vector(columns.Output, length, AnnotationKinds.OfEmbedding(length));
        return new BatchMapper<TItem>(input, new RowComputation<TItem>(environment, source, [vectors], read, Encode, columns.BatchSize));

        float[] Encode(IReadOnlyList<TItem> items)
        {
            encoder.RequireAlive();
            using Tensor tensor = batch(items);
            return encoder.Use(e => Vectors(e, tensor));
        }
    }

    public void Dispose() => encoder.Dispose();

    /// <summary>A batch's vectors, row by row.</summary>
    private float[] Vectors(Encoder held, Tensor input)
    {
        using var scope = NewDisposeScope();
        using IDisposable autocast = Autocast.To(columns.Precision);
        Tensor features = held.Encode(input.to(held.Device));                          // (N, E)
        if (columns.Normalise) features = features / features.norm(-1, keepdim: true);
        return features.cpu().data<float>().ToArray();
    }
}

/// <summary>The columns of an embedding.</summary>
/// <param name="Output">The column of vectors that is added.</param>
/// <param name="Input">The column that is read.</param>
/// <param name="Normalise">Whether the vectors are made unit vectors.</param>
/// <param name="BatchSize">Rows encoded at once.</param>
internal sealed record EmbeddingColumns(string Output, string Input, bool Normalise, int BatchSize)
{
    /// <summary>In what the encoder's products are computed; not written where it is float32, as it always was in models of earlier versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Precision Precision { get; init => field = Check.Defined(value); }

    /// <summary>The schema after embedding, before there is data.</summary>
    public SchemaShape Extend(SchemaShape input)
    {
        var columns = input.ToDictionary(c => c.Name, StringComparer.Ordinal);
        columns[Output] = new(Output, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false, AnnotationKinds.ShapeOfEmbedding());
        return new SchemaShape(columns.Values);
    }
}

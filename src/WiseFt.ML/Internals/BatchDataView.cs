using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;

namespace WiseFt.ML;

/// <summary>Data with added columns, computed lazily and in batches.</summary>
internal sealed class BatchDataView<TItem>(IDataView source, BatchMapper<TItem> mapper) : ITransformCanSaveOnnx
{
    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => mapper.OutputSchema;

    /// <summary>The data before. ML.NET's converters find their way back along it.</summary>
    IDataView IDataTransform.Source => source;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        bool[] active = mapper.Active(columnsNeeded);
        IEnumerable<DataViewSchema.Column> needed = mapper.GetDependencies(active).Select(i => source.Schema[i]);
        return source.GetRowCursor(needed, rand).OrDispose<DataViewRowCursor, DataViewRowCursor>(input =>
            mapper.ComputesAny(active) ? new BatchCursor<TItem>(mapper, input, active) : new PassingCursor<TItem>(mapper, input, active));
    }

    /// <summary>One cursor: a batch keeps all cores busy by itself.</summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    /// <summary>Whether ML.NET's converter can take it over; called before anything is written.</summary>
    /// <exception cref="NotSupportedException">It would leave out what comes before.</exception>
    bool ICanSaveOnnx.CanSaveOnnx(OnnxContext ctx)
    {
        if (mapper.Computation.Onnx is null) return false;
        OnnxRefusal.RequireExpressible(source, mapper.Computation.Source.Name, ctx);
        return true;
    }

    void ISaveAsOnnx.SaveAsOnnx(OnnxContext ctx) =>
        mapper.Computation.Onnx!.Save(ctx, mapper.Computation.Source, mapper.Computation.Columns);

    void ICanSaveModel.Save(ModelSaveContext ctx) => throw new NotSupportedException(
        "Data is not saved as a model. Save the transformer that it was made with: mlContext.Model.Save(model, schema, path).");
}

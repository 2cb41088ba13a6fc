using Microsoft.ML;

namespace WiseFt.ML;

/// <summary>Data with added columns, computed lazily and in batches.</summary>
internal sealed class BatchDataView<TItem>(IDataView source, BatchMapper<TItem> mapper) : IDataView
{
    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => mapper.OutputSchema;

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
}

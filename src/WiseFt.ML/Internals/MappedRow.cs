using Microsoft.ML;
using Microsoft.ML.Data;

namespace WiseFt.ML;

/// <summary>One row with its added columns, computed when first asked for: the path of <c>PredictionEngine</c>.</summary>
internal sealed class MappedRow<TItem> : DataViewRow
{
    private readonly BatchMapper<TItem> _mapper;
    private readonly DataViewRow _input;
    private readonly bool[] _active;
    private readonly Delegate?[] _getters;
    private readonly Func<TItem>? _read;
    private float[] _values = [];
    private long _computed = -1;

    public MappedRow(BatchMapper<TItem> mapper, DataViewRow input, bool[] active)
    {
        (_mapper, _input, _active) = (mapper, input, active);
        _getters = mapper.Getters(active, () => Values());
        if (mapper.ComputesAny(active)) _read = mapper.Computation.Read(input);
    }

    public override DataViewSchema Schema => _mapper.OutputSchema;

    public override long Position => _input.Position;

    public override long Batch => _input.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        _mapper.RequireActive(column, _active);
        return column.Index < _mapper.InputSchema.Count
            ? _input.GetGetter<TValue>(_input.Schema[column.Index])
            : _mapper.AddedGetter<TValue>(column, _getters);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _input.Dispose();
        base.Dispose(disposing);
    }

    private float[] Values()
    {
        long position = _input.Position;
        if (position < 0)
            throw new InvalidOperationException(
                "The row has no values: its position is -1, which is before the first row or after the last.");
        if (_computed == position) return _values;
        _computed = -1;
        _values = _mapper.Computation.Compute([_read!()]);
        _computed = position;
        return _values;
    }
}

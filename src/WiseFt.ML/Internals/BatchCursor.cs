using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>Reads the source a batch ahead, keeps the values of its active columns,
/// and computes the added columns of the whole batch at once.</summary>
/// <remarks>
/// The source is read once and in order, so that data which can be read only once, and shuffled data, work too. The batch is computed when
/// one of its added values is first asked for. For one thread at a time, as all cursors.
/// </remarks>
internal sealed class BatchCursor<TItem> : DataViewRowCursor
{
    private readonly BatchMapper<TItem> _mapper;
    private readonly DataViewRowCursor _input;
    private readonly bool[] _active;
    private readonly Delegate?[] _getters;     // of the added columns
    private readonly ColumnBuffer?[] _buffers; // of the source's columns
    private readonly ColumnBuffer<DataViewRowId> _ids;
    private readonly long[] _sourceBatches;
    private readonly Func<TItem> _read;
    private readonly List<TItem> _items = [];
    private readonly RowLog _log;
    private int _index;              // of the row at hand within the batch
    private long _position = -1;
    private float[]? _values;        // of the batch, once computed
    private ExceptionDispatchInfo? _failure;
    private bool _disposed;

    public BatchCursor(BatchMapper<TItem> mapper, DataViewRowCursor input, bool[] active)
    {
        (_mapper, _input, _active) = (mapper, input, active);
        _log = new RowLog(mapper.Computation.Environment, mapper.Computation.Name);
        _getters = mapper.Getters(active, () => Values());
        _read = mapper.Computation.Read(input);
        int size = mapper.Computation.BatchSize;
        _sourceBatches = new long[size];
        _ids = new ValueColumnBuffer<DataViewRowId>(input.GetIdGetter(), size);
        _buffers = [.. mapper.InputSchema.Select(c => active[c.Index] ? ColumnBuffer.Of(input, input.Schema[c.Index], size) : null)];
    }

    public override DataViewSchema Schema => _mapper.OutputSchema;

    public override long Position => _position;

    public override long Batch => _position < 0 ? 0 : _sourceBatches[_index];

    public override bool MoveNext()
    {
        if (_disposed) return false;
        if (++_index >= _items.Count) ReadBatch();
        if (_items.Count > 0)
        {
            _position++;
            return true;
        }
        Dispose();
        return false;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => _ids.Getter(RequireRow);

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        _mapper.RequireActive(column, _active);
        if (column.Index >= _buffers.Length) return _mapper.AddedGetter<TValue>(column, _getters);
        return _buffers[column.Index] is ColumnBuffer<TValue> buffer
            ? buffer.Getter(RequireRow)
            : throw BatchMapper<TItem>.WrongType<TValue>(column);
    }

    protected override void Dispose(bool disposing)
    {
        if (_disposed) return;
        _disposed = true;
        _position = -1;
        if (disposing)
        {
            foreach (ColumnBuffer? buffer in _buffers) buffer?.Dispose();
            _input.Dispose();
            _log.Dispose();
        }
        base.Dispose(disposing);
    }

    private void ReadBatch()
    {
        (_index, _values, _failure) = (0, null, null);
        _items.Clear();
        _mapper.Computation.Environment.CheckAlive();
        while (_items.Count < _sourceBatches.Length && _input.MoveNext())
        {
            int slot = _items.Count;
            foreach (ColumnBuffer? buffer in _buffers) buffer?.Read(slot);
            _ids.Read(slot);
            _sourceBatches[slot] = _input.Batch;
            _items.Add(_read());
        }
    }

    private ReadOnlySpan<float> Values()
    {
        int row = RequireRow();
        _failure?.Throw();
        _mapper.Computation.Environment.CheckAlive();
        try
        {
            if (_values is null)
            {
                _values = _mapper.Computation.Compute(_items);
                _log.Add(_items.Count);
            }
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
            throw;
        }
        int width = _values.Length / _items.Count;
        return _values.AsSpan(row * width, width);
    }

    private int RequireRow() => _position >= 0
        ? _index
        : throw new InvalidOperationException("The cursor is not at a row: MoveNext has not been called, or returned false.");
}

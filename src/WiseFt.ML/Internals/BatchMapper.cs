using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>What a transformer computes: numbers a row, from one input column.</summary>
/// <typeparam name="TItem">What is read of a row, such as the source of an image.</typeparam>
/// <param name="Environment">The context; cursors end when it is cancelled.</param>
/// <param name="Name">What the log calls it.</param>
/// <param name="Source">The input column.</param>
/// <param name="Columns">The columns added, all made from the same numbers.</param>
/// <param name="Read">Binds to a row or cursor; each call of the result reads the row at hand.</param>
/// <param name="Compute">The numbers of several rows, row by row: (N, D) of N items. Called from several threads at once.</param>
/// <param name="BatchSize">How many rows a cursor computes at once.</param>
/// <param name="Onnx">The same as an ONNX graph; null where there is none.</param>
internal sealed record RowComputation<TItem>(
    IHostEnvironment Environment,
    string Name,
    DataViewSchema.Column Source,
    ImmutableArray<OutputColumn> Columns,
    Func<DataViewRow, Func<TItem>> Read,
    Func<IReadOnlyList<TItem>, float[]> Compute,
    int BatchSize,
    OnnxComputation? Onnx = null);

/// <summary>A computation bound to an input schema: output schema, dependencies, and the values of single rows.</summary>
internal sealed class BatchMapper<TItem> : IRowToRowMapper
{
    public BatchMapper(DataViewSchema input, RowComputation<TItem> computation)
    {
        (InputSchema, Computation) = (input, computation);
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        foreach (OutputColumn column in computation.Columns) builder.AddColumn(column.Name, column.Type, column.Annotations);
        OutputSchema = builder.ToSchema();
    }

    public DataViewSchema InputSchema { get; }

    /// <summary>The input's columns, then the added ones.</summary>
    public DataViewSchema OutputSchema { get; }

    public RowComputation<TItem> Computation { get; }

    /// <summary>Which columns of the output schema are asked for.</summary>
    /// <exception cref="ArgumentException">A column is not of this schema.</exception>
    public bool[] Active(IEnumerable<DataViewSchema.Column> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var active = new bool[OutputSchema.Count];
        foreach (DataViewSchema.Column column in columns)
        {
            if (column.Index >= active.Length || OutputSchema[column.Index].Name != column.Name)
                throw new ArgumentException($"Column '{column.Name}' at {column.Index} is not of this schema.", nameof(columns));
            active[column.Index] = true;
        }
        return active;
    }

    /// <summary>Whether an added column is among the active ones.</summary>
    public bool ComputesAny(bool[] active) => Array.IndexOf(active, true, InputSchema.Count) >= 0;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        GetDependencies(Active(dependingColumns)).Select(i => InputSchema[i]);

    /// <summary>The input columns needed for the active columns of the output.</summary>
    public IEnumerable<int> GetDependencies(bool[] active)
    {
        bool computes = ComputesAny(active);
        return Enumerable.Range(0, InputSchema.Count).Where(i => active[i] || (computes && i == Computation.Source.Index));
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Schema != InputSchema)
            throw new ArgumentException("The row has another schema than the mapper was made for.", nameof(input));
        return new MappedRow<TItem>(this, input, Active(activeColumns));
    }

    /// <summary>The getters of the added columns that are active, in the order of <see cref="RowComputation{TItem}.Columns"/>.</summary>
    public Delegate?[] Getters(bool[] active, RowValues values) =>
        [.. Computation.Columns.Select((column, i) => active[InputSchema.Count + i] ? column.Getter(values) : null)];

    /// <summary>The getter of an added column.</summary>
    public ValueGetter<TValue> AddedGetter<TValue>(DataViewSchema.Column column, Delegate?[] getters) =>
        getters[column.Index - InputSchema.Count] as ValueGetter<TValue> ?? throw WrongType<TValue>(column);

    /// <summary>Throws unless the column is one of the active.</summary>
    public void RequireActive(DataViewSchema.Column column, bool[] active)
    {
        if (column.Index >= active.Length || OutputSchema[column.Index].Name != column.Name || !active[column.Index])
            throw new ArgumentException($"Column '{column.Name}' is not active here.", nameof(column));
    }

    /// <summary>The error for reading a column as another type than it has.</summary>
    public static InvalidOperationException WrongType<TValue>(DataViewSchema.Column column) =>
        new($"Column '{column.Name}' is of type {column.Type}; it cannot be read as {typeof(TValue)}.");
}

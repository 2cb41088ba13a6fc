using System.Globalization;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace WiseFt.ML.Tests;

/// <summary>A row's values by column name: numbers of vectors as they are, everything else as text.</summary>
internal sealed record RowContent(string Id, IReadOnlyDictionary<string, string> Texts, IReadOnlyDictionary<string, float[]> Vectors)
{
    /// <summary>All rows of a cursor over some columns.</summary>
    public static List<RowContent> Read(DataViewRowCursor cursor, IReadOnlyList<DataViewSchema.Column> columns)
    {
        Func<RowContent> read = Reader(cursor, columns);
        var rows = new List<RowContent>();
        while (cursor.MoveNext()) rows.Add(read());
        return rows;
    }

    /// <summary>All rows of data, of all columns that are not hidden.</summary>
    public static List<RowContent> Read(IDataView data, params string[] names)
    {
        DataViewSchema.Column[] columns = [.. data.Schema.Where(c => !c.IsHidden && (names.Length == 0 || names.Contains(c.Name)))];
        using DataViewRowCursor cursor = data.GetRowCursor(columns);
        return Read(cursor, columns);
    }

    /// <summary>Binds to a row or cursor; each call of the result reads what it is at.</summary>
    public static Func<RowContent> Reader(DataViewRow row, IReadOnlyList<DataViewSchema.Column> columns)
    {
        var id = row.GetIdGetter();
        (string Name, Func<object> Value)[] cells = [.. columns.Select(c => (c.Name, Cell(row, c)))];
        return () =>
        {
            DataViewRowId rowId = default;
            id(ref rowId);
            (string Name, object Value)[] values = [.. cells.Select(c => (c.Name, c.Value()))];
            return new RowContent(
                rowId.ToString(), values.Where(v => v.Value is string).ToDictionary(v => v.Name, v => (string)v.Value),
                values.Where(v => v.Value is float[]).ToDictionary(v => v.Name, v => (float[])v.Value));
        };
    }

    /// <summary>Reads one value, whatever its type.</summary>
    public static Func<object> Cell(DataViewRow row, DataViewSchema.Column column) => (Func<object>)typeof(RowContent)
        .GetMethod(nameof(CellOf), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(column.Type.RawType)
        .Invoke(null, [row, column])!;

    /// <summary>Holds rows against these, of which they have some columns.</summary>
    public void Should(RowContent expected)
    {
        Id.Should().Be(expected.Id);
        foreach (var (name, text) in Texts) text.Should().Be(expected.Texts[name], name);
        foreach (var (name, vector) in Vectors)
            WiseFtPipelineTests.MaxDifference([vector], [expected.Vectors[name]]).Should().BeLessThan(1e-5, name);
    }

    private static Func<object> CellOf<T>(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return value switch
            {
                VBuffer<float> vector => vector.DenseValues().ToArray(),
                VBuffer<byte> bytes => Convert.ToHexString([.. bytes.DenseValues()]),
                MLImage image => $"{image.Width} x {image.Height}: {Convert.ToHexString(image.Pixels)}",
                _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
            };
        };
    }
}

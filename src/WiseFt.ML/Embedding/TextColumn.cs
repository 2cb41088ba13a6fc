using Microsoft.ML;
using Microsoft.ML.Data;

namespace WiseFt.ML;

/// <summary>Columns of text.</summary>
internal static class TextColumn
{
    /// <summary>Throws unless the schema has a text column of this name.</summary>
    public static void Require(SchemaShape schema, string name)
    {
        if (!schema.TryFindColumn(name, out SchemaShape.Column column)) throw Missing(name, [.. schema.Select(c => c.Name)]);
        if (column.Kind != SchemaShape.Column.VectorKind.Scalar || column.ItemType is not TextDataViewType || column.IsKey)
            throw Mismatch(name, column.GetTypeString());
    }

    /// <summary>The text column of this name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none, or it holds something else.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string name)
    {
        DataViewSchema.Column column = schema.GetColumnOrNull(name) ?? throw Missing(name, [.. schema.Select(c => c.Name)]);
        return column.Type is TextDataViewType ? column : throw Mismatch(name, column.Type.ToString()!);
    }

    /// <summary>Reads a row's text.</summary>
    public static Func<string> Reader(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        return () =>
        {
            ReadOnlyMemory<char> text = default;
            getter(ref text);
            return text.ToString();
        };
    }

    private static ArgumentOutOfRangeException Missing(string inputColumnName, string[] columns) => new(
        nameof(inputColumnName), $"Schema mismatch: there is no text column '{inputColumnName}' among {string.Join(", ", columns)}.");

    private static ArgumentOutOfRangeException Mismatch(string inputColumnName, string type) => new(
        nameof(inputColumnName), $"Schema mismatch for input column '{inputColumnName}': expected text, got {type}.");
}

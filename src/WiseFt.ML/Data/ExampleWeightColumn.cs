using Microsoft.ML;
using Microsoft.ML.Data;

namespace WiseFt.ML;

/// <summary>Columns of example weights: a number (<see cref="float"/>) a row, as ML.NET's trainers have them.</summary>
internal static class ExampleWeightColumn
{
    /// <summary>Throws unless the schema has a column of weights of this name; null for none.</summary>
    public static void Require(SchemaShape schema, string? name)
    {
        if (name is null) return;
        if (!schema.TryFindColumn(name, out SchemaShape.Column column)) throw Missing(name, [.. schema.Select(c => c.Name)]);
        if (column.Kind != SchemaShape.Column.VectorKind.Scalar || column.IsKey || column.ItemType is not NumberDataViewType
            || column.ItemType.RawType != typeof(float))
            throw Mismatch(name, column.GetTypeString());
    }

    /// <summary>The column of weights of this name; null for none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none of that name, or it holds no numbers.</exception>
    public static DataViewSchema.Column? Find(DataViewSchema schema, string? name)
    {
        if (name is null) return null;
        DataViewSchema.Column column = schema.GetColumnOrNull(name) ?? throw Missing(name, [.. schema.Select(c => c.Name)]);
        return column.Type.Equals(NumberDataViewType.Single) ? column : throw Mismatch(name, column.Type.ToString()!);
    }

    private static ArgumentOutOfRangeException Missing(string exampleWeightColumnName, string[] columns) => new(
        nameof(exampleWeightColumnName),
        $"Schema mismatch: there is no example weight column '{exampleWeightColumnName}' among {string.Join(", ", columns)}.");

    private static ArgumentOutOfRangeException Mismatch(string exampleWeightColumnName, string type) => new(
        nameof(exampleWeightColumnName),
        $"Schema mismatch for example weight column '{exampleWeightColumnName}' of type {type}: expected a Single. Append " +
        $"mlContext.Transforms.Conversion.ConvertType(\"{exampleWeightColumnName}\") to the pipeline before this component.");
}

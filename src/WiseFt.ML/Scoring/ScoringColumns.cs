using Microsoft.ML;
using Microsoft.ML.Data;

namespace WiseFt.ML;

/// <summary>The columns that a classifier reads and adds.</summary>
/// <param name="Label">The label column, a key; null where class names are given and no label is to be compared.</param>
/// <param name="Image">The image column.</param>
/// <param name="Score">The probabilities.</param>
/// <param name="PredictedLabel">The key of the most probable class.</param>
/// <exception cref="ArgumentException">An added column would hide another of these.</exception>
internal sealed record ScoringColumns(string? Label, string Image, string Score, string PredictedLabel)
{
    /// <summary>The probabilities.</summary>
    public string Score { get; init; } = Score != Label && Score != Image ? Score : throw Twice(Score);

    /// <summary>The key of the most probable class.</summary>
    public string PredictedLabel { get; init; } =
        PredictedLabel != Label && PredictedLabel != Image && PredictedLabel != Score ? PredictedLabel : throw Twice(PredictedLabel);

    /// <summary>The schema after scoring, before there is data.</summary>
    /// <param name="input">The schema before.</param>
    /// <param name="labelValueType">The type of the label's key values, if the classifier knows it already.</param>
    /// <exception cref="ArgumentException">The image column is missing or no image, or the label column is no key.</exception>
    public SchemaShape Extend(SchemaShape input, DataViewType? labelValueType)
    {
        ArgumentNullException.ThrowIfNull(input);
        ImageColumn.Require(input, Image);
        DataViewType valueType = labelValueType ?? LabelValueType(input);
        var columns = input.ToDictionary(c => c.Name, StringComparer.Ordinal);
        columns[Score] = new(
            Score, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false, AnnotationKinds.ShapeOfScore(valueType));
        columns[PredictedLabel] = new(
            PredictedLabel, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, true, AnnotationKinds.ShapeOfPredictedLabel(valueType));
        return new SchemaShape(columns.Values);
    }

    /// <summary>The label column of data, or null where there is none of that name.</summary>
    public DataViewSchema.Column? FindLabel(DataViewSchema schema) => Label is null ? null : schema.GetColumnOrNull(Label);

    /// <summary>The label column of training data.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public DataViewSchema.Column RequireLabel(DataViewSchema schema) => FindLabel(schema) ?? throw NoLabel(Label, [.. schema.Select(c => c.Name)]);

    /// <summary>Throws unless the schema has a label column, which is a key.</summary>
    public void RequireLabel(SchemaShape schema)
    {
        if (Label is null || !schema.TryFindColumn(Label, out _)) throw NoLabel(Label, [.. schema.Select(c => c.Name)]);
        LabelValueType(schema);
    }

    private static ArgumentException Twice(string column) =>
        new($"Column '{column}' is named twice among label, image, score and predicted label; expected four different names.");

    private DataViewType LabelValueType(SchemaShape schema)
    {
        if (Label is null || !schema.TryFindColumn(Label, out SchemaShape.Column label)) return TextDataViewType.Instance;
        if (!label.IsKey || label.Kind != SchemaShape.Column.VectorKind.Scalar) throw LabelKeys.NoKey(Label, label.GetTypeString());
        return label.Annotations.TryFindColumn(AnnotationKinds.KeyValues, out SchemaShape.Column values) ? values.ItemType : TextDataViewType.Instance;
    }

    private static ArgumentOutOfRangeException NoLabel(string? labelColumnName, string[] columns) => new(
        nameof(labelColumnName), $"There is no label column '{labelColumnName}' among {string.Join(", ", columns)}; expected a key column with the classes.");
}

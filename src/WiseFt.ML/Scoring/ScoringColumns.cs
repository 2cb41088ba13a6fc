using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace WiseFt.ML;

/// <summary>The columns that a classifier reads and adds. Immutable; vary with <c>with</c>.</summary>
/// <remarks>Components refuse columns of which an added one would hide another.</remarks>
public sealed record ScoringColumns
{
    // Saved models name the columns without "ColumnName", and name all of them.
    /// <summary>The label column, a key; it gives the classes and their order. Default "Label".</summary>
    /// <value>Null, or absent from the data: the classes are <see cref="ZeroShotHeadOptions.ClassNames"/>, or those of the checkpoints
    /// that are mixed. Training needs the column.</value>
    [JsonPropertyName("Label"), JsonRequired]
    public string? LabelColumnName { get; init => field = value is null ? null : Check.NotBlank(value); } = "Label";

    /// <summary>The image column: text (a path), an image, or a vector of bytes. Default "ImagePath".</summary>
    [JsonPropertyName("Image"), JsonRequired]
    public string ImageColumnName { get; init => field = Check.NotBlank(value); } = "ImagePath";

    /// <summary>The column of probabilities that is added. Default "Score".</summary>
    [JsonPropertyName("Score"), JsonRequired]
    public string ScoreColumnName { get; init => field = Check.NotBlank(value); } = "Score";

    /// <summary>The column of predicted keys that is added. Default "PredictedLabel".</summary>
    [JsonPropertyName("PredictedLabel"), JsonRequired]
    public string PredictedLabelColumnName { get; init => field = Check.NotBlank(value); } = "PredictedLabel";

    /// <summary>The columns, if none of those added would hide another.</summary>
    /// <exception cref="ArgumentException">One would.</exception>
    internal static ScoringColumns Checked(ScoringColumns columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        string?[] names = [columns.LabelColumnName, columns.ImageColumnName, columns.ScoreColumnName, columns.PredictedLabelColumnName];
        string? twice = names[2..].FirstOrDefault(added => names.Count(n => n == added) > 1);
        return twice is null ? columns : throw new ArgumentException(
            $"Column '{twice}' is named twice among label, image, score and predicted label; expected four different names.");
    }

    /// <summary>The schema after scoring, before there is data.</summary>
    /// <param name="input">The schema before.</param>
    /// <param name="labelValueType">The type of the label's key values, if the classifier knows it already.</param>
    /// <exception cref="ArgumentException">The image column is missing or no image, or the label column is no key.</exception>
    internal SchemaShape Extend(SchemaShape input, DataViewType? labelValueType)
    {
        ArgumentNullException.ThrowIfNull(input);
        ImageColumn.Require(input, ImageColumnName);
        DataViewType found = LabelValueType(input), valueType = labelValueType ?? found;
        var columns = input.ToDictionary(c => c.Name, StringComparer.Ordinal);
        columns[ScoreColumnName] = new(
            ScoreColumnName, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false,
            AnnotationKinds.ShapeOfScore(valueType));
        columns[PredictedLabelColumnName] = new(
            PredictedLabelColumnName, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, true,
            AnnotationKinds.ShapeOfPredictedLabel(valueType));
        return new SchemaShape(columns.Values);
    }

    /// <summary>The schema after scoring where the label column is needed, before there is data.</summary>
    /// <inheritdoc cref="Extend"/>
    internal SchemaShape ExtendLabelled(SchemaShape input)
    {
        SchemaShape output = Extend(input, null);
        if (LabelColumnName is null || !input.TryFindColumn(LabelColumnName, out _))
            throw NoLabel(LabelColumnName, [.. input.Select(c => c.Name)]);
        return output;
    }

    /// <summary>The label column of data, or null where there is none of that name.</summary>
    internal DataViewSchema.Column? FindLabel(DataViewSchema schema) =>
        LabelColumnName is null ? null : schema.GetColumnOrNull(LabelColumnName);

    /// <summary>The label column of training data.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    internal DataViewSchema.Column RequireLabel(DataViewSchema schema) =>
        FindLabel(schema) ?? throw NoLabel(LabelColumnName, [.. schema.Select(c => c.Name)]);

    private DataViewType LabelValueType(SchemaShape schema)
    {
        if (LabelColumnName is null || !schema.TryFindColumn(LabelColumnName, out SchemaShape.Column label))
            return TextDataViewType.Instance;
        if (!label.IsKey || label.Kind != SchemaShape.Column.VectorKind.Scalar)
            throw LabelKeys.NoKey(LabelColumnName, label.GetTypeString());
        return label.Annotations.TryFindColumn(AnnotationKinds.KeyValues, out SchemaShape.Column values)
            ? values.ItemType
            : TextDataViewType.Instance;
    }

    private static ArgumentOutOfRangeException NoLabel(string? labelColumnName, string[] columns) => new(
        nameof(labelColumnName),
        $"Schema mismatch: there is no label column '{labelColumnName}' among {string.Join(", ", columns)}; " +
        "expected a key column with the classes.");
}

using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace WiseFt.ML;

/// <summary>Annotations of the columns that are added; those of scores and labels as ML.NET's own multiclass trainers give them.</summary>
internal static class AnnotationKinds
{
    public const string KeyValues = AnnotationUtils.Kinds.KeyValues;
    public const string SlotNames = AnnotationUtils.Kinds.SlotNames;
    public const string TrainingLabelValues = AnnotationUtils.Kinds.TrainingLabelValues;

    /// <summary>The annotations of <c>Score</c>.</summary>
    /// <param name="labels">The classes, in the order of the scores.</param>
    /// <param name="setId">What ties the columns of one model together.</param>
    public static DataViewSchema.Annotations OfScore(LabelKeys labels, uint setId)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        KeyValueType.Text.Annotate(builder, SlotNames, labels.Names);
        labels.Annotate(builder, TrainingLabelValues);
        AddScoreKinds(builder, setId, AnnotationUtils.Const.ScoreValueKind.Score);
        return builder.ToAnnotations();
    }

    /// <summary>The annotations of <c>PredictedLabel</c>.</summary>
    public static DataViewSchema.Annotations OfPredictedLabel(LabelKeys labels, uint setId)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        labels.Annotate(builder, KeyValues);
        AddScoreKinds(builder, setId, AnnotationUtils.Const.ScoreValueKind.PredictedLabel);
        return builder.ToAnnotations();
    }

    /// <summary>The annotations of an embedding of some length: its slots are named "0", "1" and so on,
    /// since permutation feature importance asks for names.</summary>
    public static DataViewSchema.Annotations OfEmbedding(int length)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        KeyValueType.Text.Annotate(
            builder, SlotNames, [.. Enumerable.Range(0, length).Select(i => i.ToString(CultureInfo.InvariantCulture))]);
        return builder.ToAnnotations();
    }

    /// <summary>What <see cref="OfEmbedding"/> will have, before there is data.</summary>
    public static SchemaShape ShapeOfEmbedding() => new([Vector(SlotNames, TextDataViewType.Instance)]);

    /// <summary>What <see cref="OfScore"/> will have, before there is data.</summary>
    public static SchemaShape ShapeOfScore(DataViewType labelValueType) => new(
        [
            Vector(SlotNames, TextDataViewType.Instance), Vector(TrainingLabelValues, labelValueType),
            .. AnnotationUtils.GetTrainerOutputAnnotation()]);

    /// <summary>What <see cref="OfPredictedLabel"/> will have, before there is data.</summary>
    public static SchemaShape ShapeOfPredictedLabel(DataViewType labelValueType) => new(
        [Vector(KeyValues, labelValueType), .. AnnotationUtils.GetTrainerOutputAnnotation()]);

    /// <summary>The first score set id that no column of the schema has.</summary>
    public static uint NextSetId(DataViewSchema schema) => schema.GetMaxAnnotationKind(out _, AnnotationUtils.Kinds.ScoreColumnSetId) + 1;

    private static SchemaShape.Column Vector(string kind, DataViewType itemType) =>
        new(kind, SchemaShape.Column.VectorKind.Vector, itemType, false);

    private static void AddScoreKinds(DataViewSchema.Annotations.Builder builder, uint setId, string valueKind)
    {
        builder.Add(AnnotationUtils.Kinds.ScoreColumnSetId, AnnotationUtils.ScoreColumnSetIdType, (ref uint value) => value = setId);
        AddText(builder, AnnotationUtils.Kinds.ScoreColumnKind, AnnotationUtils.Const.ScoreColumnKind.MulticlassClassification);
        AddText(builder, AnnotationUtils.Kinds.ScoreValueKind, valueKind);
    }

    private static void AddText(DataViewSchema.Annotations.Builder builder, string kind, string text) =>
        builder.Add(kind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = text.AsMemory());
}

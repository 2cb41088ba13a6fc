using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Transforms.Image;

namespace WiseFt.ML;

/// <summary>What ML.NET's converter would leave out of the file without a word, or only with a warning: refused before it does.</summary>
internal static class OnnxRefusal
{
    /// <summary>What works instead.</summary>
    public const string Remedy =
        "mlContext.Model.ConvertToOnnx(model, path) of WiseFt.ML, without data, and the command wiseft export write the classifier alone.";

    /// <summary>Throws where what comes before a component cannot be expressed.</summary>
    /// <param name="source">The data that the component reads.</param>
    /// <param name="read">The column that it reads.</param>
    /// <param name="context">The model under construction.</param>
    /// <exception cref="NotSupportedException">It cannot.</exception>
    // The converter walks from the end of the pipeline to the first step that cannot be converted, leaves out all before that, and
    // takes the columns of the pipeline's very beginning for those that the later steps read.
    public static void RequireExpressible(IDataView source, string read, OnnxContext context)
    {
        IDataTransform? obstacle = null;
        IDataView start = source;
        while (start is IDataTransform step)
        {
            if (obstacle is null && (step is not ITransformCanSaveOnnx convertible || !convertible.CanSaveOnnx(context))) obstacle = step;
            start = step.Source;
        }
        if (obstacle is not null) RequireUnchanged(obstacle, start.Schema, read);
        foreach (DataViewSchema.Column column in start.Schema)
            if (column.Type is ImageDataViewType)
                throw new NotSupportedException(
                    $"Column '{column.Name}' of the data is an MLImage, for which ML.NET's ConvertToOnnx has no type. Give it data where " +
                    $"'{column.Name}' is text (a path) or a vector of bytes, which this model takes too. {Remedy}");
    }

    // Steps that only drop rows cannot be converted either, and need not be. Where a later step reads a column that the file lacks, the
    // converter says so; it does not where the file has another column of that name.
    private static void RequireUnchanged(IDataTransform obstacle, DataViewSchema start, string read)
    {
        DataViewSchema behind = ((IDataView)obstacle).Schema;
        foreach (DataViewSchema.Column column in behind)
        {
            if (column.IsHidden) continue;
            bool expressible = start.GetColumnOrNull(column.Name) is { } original
                ? original.Type.Equals(column.Type) && behind.Count(c => c.Name == column.Name) <= start.Count(c => c.Name == column.Name)
                : column.Name != read && column.Type is not ImageDataViewType;
            if (expressible) continue;
            throw new NotSupportedException(
                $"{Name(obstacle)}, a step before WiseFt's component, cannot be written as ONNX, so that column '{column.Name}' cannot " +
                "be made there; ML.NET's ConvertToOnnx would leave out all steps up to it. Where it loads or changes images, give the " +
                $"component the column of paths or bytes instead, of which it makes pixels itself. {Remedy}");
        }
    }

    private static string Name(IDataTransform step) =>
        (step is RowToRowMapperTransform { } mapped ? mapped.GetTransformer().GetType() : step.GetType()).Name;
}

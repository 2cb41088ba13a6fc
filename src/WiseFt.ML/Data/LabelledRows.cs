using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>Data with a label, an image and maybe a weight column, to be read as labelled images.</summary>
internal sealed record LabelledRows(
    IDataView Data, DataViewSchema.Column Label, DataViewSchema.Column Image, DataViewSchema.Column? ExampleWeight)
{
    /// <summary>Finds the columns.</summary>
    /// <param name="data">The data.</param>
    /// <param name="columns">Label and image.</param>
    /// <param name="exampleWeightColumnName">The column of weights; null for none.</param>
    /// <exception cref="ArgumentException">One is missing, the image column is no image, or the weights are no numbers.</exception>
    public static LabelledRows Bind(IDataView data, ScoringColumns columns, string? exampleWeightColumnName = null) => new(
        data, columns.RequireLabel(data.Schema), ImageColumn.Find(data.Schema, columns.ImageColumnName),
        ExampleWeightColumn.Find(data.Schema, exampleWeightColumnName));

    /// <summary>Reads all rows; files are not opened yet. Rows without a label are left out.</summary>
    /// <param name="labels">The classes. Where the label is a key it must have the same;
    /// where it is text it is looked up among them.</param>
    /// <param name="channel">Told how many rows have no label.</param>
    /// <param name="cancel">Stops between rows.</param>
    /// <exception cref="ArgumentException">The label's classes are others, no row is left, or a weight is negative or no finite number.
    /// </exception>
    public LabelledImages Read(LabelKeys labels, IChannel channel, CancellationToken cancel)
    {
        labels.RequireSame(Label);
        var images = new List<ImageSource>();
        var indices = new List<int>();
        List<float>? weights = ExampleWeight is null ? null : [];
        int unlabelled = 0;
        using DataViewRowCursor cursor = Data.GetRowCursor(ExampleWeight is { } column ? [Label, Image, column] : [Label, Image]);
        Func<int> index = LabelReader(cursor, labels);
        Func<ImageSource> image = ImageColumn.SourceReader(cursor, Image);
        ValueGetter<float>? weight = ExampleWeight is { } found ? cursor.GetGetter<float>(found) : null;
        while (cursor.MoveNext())
        {
            cancel.ThrowIfCancellationRequested();
            int label = index();
            if (label < 0)
            {
                unlabelled++;
                continue;
            }
            indices.Add(label);
            images.Add(image());
            if (weight is null) continue;
            float value = 0;
            weight(ref value);
            weights!.Add(value);
        }
        if (images.Count == 0)
            throw new ArgumentException(
                $"The data has no row with a label in column '{Label.Name}' ({unlabelled} without); expected labelled images.");
        if (unlabelled > 0)
            channel.Warning($"{unlabelled} of {unlabelled + images.Count} rows have no label in column '{Label.Name}' and are left out.");
        return new LabelledImages(labels.Names, images, indices) { ExampleWeights = weights };
    }

    /// <summary>Reads the index of the row's class; -1 where it has none.</summary>
    private Func<int> LabelReader(DataViewRow row, LabelKeys labels)
    {
        if (Label.Type is TextDataViewType) return TextReader(row, labels);
        if (Label.Type is not KeyDataViewType key) throw LabelKeys.NoKey(Label.Name, Label.Type.ToString()!);
        ValueGetter<ulong> getter = RowCursorUtils.GetGetterAs<ulong>(new KeyDataViewType(typeof(ulong), key.Count), row, Label.Index);
        return () =>
        {
            ulong value = 0;
            getter(ref value);
            return (int)value - 1;
        };
    }

    private Func<int> TextReader(DataViewRow row, LabelKeys labels)
    {
        var indexOf = labels.Names.Select((name, i) => KeyValuePair.Create(name, i)).ToDictionary(ClassNameComparer.Instance);
        var getter = row.GetGetter<ReadOnlyMemory<char>>(Label);
        return () =>
        {
            ReadOnlyMemory<char> value = default;
            getter(ref value);
            if (value.IsEmpty) return -1;
            return indexOf.TryGetValue(value.ToString(), out int index) ? index : throw new ArgumentException(
                $"Label '{value}' in column '{Label.Name}' is no class of the model; " +
                $"its {indexOf.Count} classes are {LabelKeys.Listed(labels.Names)}.");
        };
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;

namespace WiseFt.ML;

/// <summary>The numbers that a model gives for the row at hand.</summary>
internal delegate ReadOnlySpan<float> RowValues();

/// <summary>A column that a transformer adds: its place in the schema, and its value made from the row's numbers.</summary>
internal sealed record OutputColumn(
    string Name, DataViewType Type, DataViewSchema.Annotations? Annotations, Func<RowValues, Delegate> Getter)
{
    /// <summary>All numbers as a vector of fixed size.</summary>
    public static OutputColumn Vector(string name, int length, DataViewSchema.Annotations? annotations = null) =>
        new(name, new VectorDataViewType(NumberDataViewType.Single, length), annotations, VectorGetter);

    /// <summary>The position of the largest number as a key.</summary>
    public static OutputColumn Largest(string name, KeyDataViewType type, DataViewSchema.Annotations annotations) =>
        new(name, type, annotations, values => (ValueGetter<uint>)((ref uint destination) => destination = KeyOfLargest(values())));

    private static ValueGetter<VBuffer<float>> VectorGetter(RowValues values) => (ref VBuffer<float> destination) =>
    {
        ReadOnlySpan<float> row = values();
        VBufferEditor<float> editor = VBufferEditor.Create(ref destination, row.Length);
        row.CopyTo(editor.Values);
        destination = editor.Commit();
    };

    /// <summary>One-based as keys are, the first of equals; 0, which is "missing", where a number is NaN.</summary>
    private static uint KeyOfLargest(ReadOnlySpan<float> row)
    {
        int largest = 0;
        for (int i = 0; i < row.Length; i++)
        {
            if (float.IsNaN(row[i])) return 0;
            if (row[i] > row[largest]) largest = i;
        }
        return (uint)largest + 1;
    }
}

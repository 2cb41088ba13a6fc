using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace WiseFt.ML;

/// <summary>The values of a source column for the rows of a batch.</summary>
internal abstract class ColumnBuffer : IDisposable
{
    /// <summary>A buffer for a column of any type.</summary>
    public static ColumnBuffer Of(DataViewRow row, DataViewSchema.Column column, int size)
    {
        Type raw = column.Type.RawType;
        if (raw == typeof(MLImage)) return new ImageColumnBuffer(row.GetGetter<MLImage>(column), size);
        Type buffer = raw.IsGenericType && raw.GetGenericTypeDefinition() == typeof(VBuffer<>)
            ? typeof(VectorColumnBuffer<>).MakeGenericType(raw.GetGenericArguments())
            : typeof(ValueColumnBuffer<>).MakeGenericType(raw);
        return (ColumnBuffer)Activator.CreateInstance(buffer, Getter(row, column, raw), size)!;
    }

    /// <summary>Stores the value of the row that the source is at.</summary>
    public abstract void Read(int slot);

    /// <summary>Frees what values hold natively.</summary>
    public virtual void Dispose()
    {
    }

    private static object Getter(DataViewRow row, DataViewSchema.Column column, Type raw) =>
        typeof(DataViewRow).GetMethod(nameof(DataViewRow.GetGetter))!.MakeGenericMethod(raw).Invoke(
            row, BindingFlags.DoNotWrapExceptions, null, [column], null)!;
}

/// <summary>Values of one type.</summary>
internal abstract class ColumnBuffer<T>(ValueGetter<T> source, int size) : ColumnBuffer
{
    protected T[] Slots { get; } = new T[size];

    public override void Read(int slot) => source(ref Slots[slot]);

    /// <summary>Reads the value of the row at hand; the destination never shares memory that a later row overwrites.</summary>
    public abstract ValueGetter<T> Getter(Func<int> slot);
}

/// <summary>Numbers, texts and others that are copied by assignment.</summary>
internal sealed class ValueColumnBuffer<T>(ValueGetter<T> source, int size) : ColumnBuffer<T>(source, size)
{
    public override ValueGetter<T> Getter(Func<int> slot) => (ref T destination) => destination = Slots[slot()];
}

/// <summary>Vectors.</summary>
internal sealed class VectorColumnBuffer<T>(ValueGetter<VBuffer<T>> source, int size) : ColumnBuffer<VBuffer<T>>(source, size)
{
    public override ValueGetter<VBuffer<T>> Getter(Func<int> slot) => (ref VBuffer<T> destination) => Slots[slot()].CopyTo(ref destination);
}

/// <summary>Images. Sources may dispose or reuse the one they gave for the row before, and readers theirs,
/// so each side has copies of its own.</summary>
internal sealed class ImageColumnBuffer(ValueGetter<MLImage> source, int size) : ColumnBuffer<MLImage?>(null!, size)
{
    private MLImage _current = null!;

    public override void Read(int slot)
    {
        source(ref _current);
        Slots[slot]?.Dispose();
        Slots[slot] = Copy(_current);
    }

    public override ValueGetter<MLImage?> Getter(Func<int> slot) => (ref MLImage? destination) =>
    {
        destination?.Dispose(); // As ML.NET's LoadImages does with the image of the row before.
        destination = Copy(Slots[slot()]);
    };

    public override void Dispose()
    {
        foreach (MLImage? image in Slots) image?.Dispose();
        base.Dispose();
    }

    private static MLImage? Copy(MLImage? image)
    {
        if (image is null) return null;
        MLImage copy = MLImage.CreateFromPixels(image.Width, image.Height, image.PixelFormat, image.Pixels);
        copy.Tag = image.Tag;
        return copy;
    }
}

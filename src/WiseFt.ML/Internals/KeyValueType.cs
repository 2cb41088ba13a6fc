using System.Collections.Immutable;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace WiseFt.ML;

/// <summary>A type that the values behind a key column may have: how to read, format, parse and annotate them.</summary>
internal abstract class KeyValueType
{
    private static readonly ImmutableArray<KeyValueType> _known =
    [
        new KeyValueType<ReadOnlyMemory<char>>("Text", TextDataViewType.Instance, v => v.ToString(), s => s.AsMemory()),
        new KeyValueType<bool>("Boolean", BooleanDataViewType.Instance, v => v ? "true" : "false", bool.Parse),
        Number<sbyte>("SByte", NumberDataViewType.SByte),
        Number<byte>("Byte", NumberDataViewType.Byte),
        Number<short>("Int16", NumberDataViewType.Int16),
        Number<ushort>("UInt16", NumberDataViewType.UInt16),
        Number<int>("Int32", NumberDataViewType.Int32),
        Number<uint>("UInt32", NumberDataViewType.UInt32),
        Number<long>("Int64", NumberDataViewType.Int64),
        Number<ulong>("UInt64", NumberDataViewType.UInt64),
        Number<float>("Single", NumberDataViewType.Single),
        Number<double>("Double", NumberDataViewType.Double),
        new KeyValueType<DateTime>(
            "DateTime", DateTimeDataViewType.Instance, v => v.ToString("O", CultureInfo.InvariantCulture),
            s => DateTime.ParseExact(s, "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)),
        new KeyValueType<TimeSpan>(
            "TimeSpan", TimeSpanDataViewType.Instance, v => v.ToString("c", CultureInfo.InvariantCulture),
            s => TimeSpan.ParseExact(s, "c", CultureInfo.InvariantCulture)),
    ];

    /// <summary>Text, the usual one.</summary>
    public static KeyValueType Text => _known[0];

    /// <summary>What saved models call it.</summary>
    public abstract string Name { get; }

    /// <summary>ML.NET's type of one value.</summary>
    public abstract PrimitiveDataViewType ItemType { get; }

    /// <summary>The type of a saved model's key values.</summary>
    /// <exception cref="FormatException">No such type.</exception>
    public static KeyValueType Named(string name) => _known.FirstOrDefault(t => t.Name == name)
        ?? throw new FormatException(
            $"Key values of type '{name}' are unknown; known are {string.Join(", ", _known.Select(t => t.Name))}.");

    /// <summary>The type of an annotation's values, or null where it is not among the supported.</summary>
    public static KeyValueType? Of(DataViewType itemType) => _known.FirstOrDefault(t => t.ItemType.Equals(itemType));

    /// <summary>The names of all supported types, for messages.</summary>
    public static string Supported => string.Join(", ", _known.Select(t => t.Name));

    /// <summary>Reads a column's key values as text, formatted with the invariant culture.</summary>
    public abstract ImmutableArray<string> Read(DataViewSchema.Annotations annotations, string kind);

    /// <summary>Adds a vector annotation with these values.</summary>
    /// <exception cref="FormatException">A name is not the text of a value of this type.</exception>
    public abstract void Annotate(DataViewSchema.Annotations.Builder builder, string kind, ImmutableArray<string> names);

    private static KeyValueType<T> Number<T>(string name, NumberDataViewType type)
        where T : struct, IFormattable, IParsable<T> =>
        new(name, type, v => v.ToString(null, CultureInfo.InvariantCulture), s => T.Parse(s, CultureInfo.InvariantCulture));
}

/// <summary>Key values of one .NET type.</summary>
internal sealed class KeyValueType<T>(string name, PrimitiveDataViewType itemType, Func<T, string> format, Func<string, T> parse)
    : KeyValueType
{
    public override string Name => name;

    public override PrimitiveDataViewType ItemType => itemType;

    public override ImmutableArray<string> Read(DataViewSchema.Annotations annotations, string kind)
    {
        VBuffer<T> values = default;
        annotations.GetValue(kind, ref values);
        return [.. values.DenseValues().Select(format)];
    }

    public override void Annotate(DataViewSchema.Annotations.Builder builder, string kind, ImmutableArray<string> names)
    {
        T[] values = [.. names.Select(parse)];
        builder.Add(kind, new VectorDataViewType(itemType, values.Length), (ref VBuffer<T> destination) => CopyTo(values, ref destination));
    }

    private static void CopyTo(T[] values, ref VBuffer<T> destination)
    {
        VBufferEditor<T> editor = VBufferEditor.Create(ref destination, values.Length);
        values.CopyTo(editor.Values);
        destination = editor.Commit();
    }
}

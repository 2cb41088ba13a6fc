using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace WiseFt.ML;

/// <summary>The classes of a key column, in key order: value k + 1 of the column is <c>Names[k]</c>.</summary>
internal sealed class LabelKeys
{
    /// <summary>Classes with the text of their key values.</summary>
    public LabelKeys(KeyValueType valueType, ImmutableArray<string> names)
    {
        if (names.Length < 2)
            throw new ArgumentException($"There are {names.Length} classes ({Listed(names)}); expected at least two.", nameof(names));
        (ValueType, Names) = (valueType, names);
    }

    /// <summary>The type of the values behind the keys.</summary>
    public KeyValueType ValueType { get; }

    /// <summary>The values as text, in key order.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>The type of a column whose values are these classes.</summary>
    public KeyDataViewType KeyType => new(typeof(uint), Names.Length);

    /// <summary>Classes named by the caller.</summary>
    public static LabelKeys FromNames(IReadOnlyList<string> names) => new(KeyValueType.Text, [.. names]);

    /// <summary>The classes of a label column, or null if it is a key without key values.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is no key.</exception>
    /// <exception cref="ArgumentException">Its key values have a type that is not supported.</exception>
    public static LabelKeys? Read(DataViewSchema.Column label)
    {
        Count(label);
        if (label.Annotations.Schema.GetColumnOrNull(AnnotationKinds.KeyValues) is not { Type: VectorDataViewType vector }) return null;
        KeyValueType type = KeyValueType.Of(vector.ItemType) ?? throw new ArgumentException(
            $"The key values of label column '{label.Name}' are of type {vector.ItemType}; supported are {KeyValueType.Supported}.");
        return new LabelKeys(type, type.Read(label.Annotations, AnnotationKinds.KeyValues));
    }

    /// <summary>How many keys a label column has.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is no key.</exception>
    public static int Count(DataViewSchema.Column label) => label.Type is KeyDataViewType key
        ? checked((int)key.Count)
        : throw NoKey(label.Name, label.Type.ToString()!);

    /// <summary>The error for a label column that is not a key.</summary>
    public static ArgumentOutOfRangeException NoKey(string labelColumnName, string type) => new(
        nameof(labelColumnName),
        $"Schema mismatch for label column '{labelColumnName}' of type {type}: expected a key. Append " +
        $"mlContext.Transforms.Conversion.MapValueToKey(\"{labelColumnName}\") to the pipeline before this component.");

    /// <summary>Throws where a label column's keys mean other classes than these.</summary>
    /// <param name="label">A key column of data to be scored.</param>
    /// <exception cref="ArgumentException">Its classes differ in number, in name or in order.</exception>
    public void RequireSame(DataViewSchema.Column label)
    {
        if (label.Type is not KeyDataViewType key) return;
        ImmutableArray<string>? found = Read(label)?.Names;
        if (found is null ? key.Count == (ulong)Names.Length : found.Value.SequenceEqual(Names, ClassNameComparer.Instance)) return;
        string values = found is null ? $"{key.Count} keys without key values" : $"{found.Value.Length} classes {Listed(found.Value)}";
        throw new ArgumentException(
            $"Label column '{label.Name}' has {values}, and the model was made for {Names.Length} classes {Listed(Names)}, in this " +
            "order. Scores would be compared with the wrong classes. Map the labels with the mapping that the model was made with: " +
            "keep MapValueToKey in the same pipeline, or pass it these classes as keyData.");
    }

    /// <summary>Throws where another model's classes are other than these.</summary>
    /// <exception cref="ArgumentException">They differ in number, in name or in order.</exception>
    public void RequireSame(LabelKeys fineTuned)
    {
        if (!Names.SequenceEqual(fineTuned.Names, ClassNameComparer.Instance))
            throw new ArgumentException(
                $"The zero-shot model has the {Names.Length} classes {Listed(Names)}, the fine-tuned model the {fineTuned.Names.Length} " +
                $"classes {Listed(fineTuned.Names)}; expected the same in the same order. Make both with the same label mapping.");
    }

    /// <summary>Adds the values as an annotation.</summary>
    public void Annotate(DataViewSchema.Annotations.Builder builder, string kind) => ValueType.Annotate(builder, kind, Names);

    /// <summary>Names for a message, cut after some.</summary>
    public static string Listed(IReadOnlyCollection<string> names) => $"[{WiseFt.Listed.Classes(names, quote: "")}]";
}

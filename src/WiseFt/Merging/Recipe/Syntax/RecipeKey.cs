using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WiseFt.Merging;

/// <summary>A key that a group of a recipe may have.</summary>
/// <typeparam name="T">What the group is in C#.</typeparam>
internal sealed class RecipeKey<T>
{
    private RecipeKey(string name, string summary) => (Name, Summary) = (name, summary);

    /// <summary>How it is written.</summary>
    public string Name { get; }

    /// <summary>What it says, a sentence or two.</summary>
    public string Summary { get; }

    /// <summary>Other spellings.</summary>
    public ImmutableArray<string> Synonyms { get; init; } = [];

    /// <summary>Whether it has to be there.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether it may be there.</summary>
    public bool IsAllowed { get; private init; } = true;

    /// <summary>Its spellings.</summary>
    public IEnumerable<string> Spellings => Synonyms.Prepend(Name);

    /// <summary>The group with the key's value.</summary>
    public required Func<T, RecipeEntry, ICollection<string>, T> Read { get; init; }

    /// <summary>Whether a group has a value for it.</summary>
    public Func<T, bool> IsGiven { get; private init; } = _ => false;

    /// <summary>Writes the value that a group has.</summary>
    public Action<Utf8JsonWriter, T> Write { get; private init; } = (_, _) => { };

    /// <summary>The schema of its values.</summary>
    public Func<JsonObject, JsonObject> Schema { get; private init; } = _ => [];

    /// <summary>A key with a value.</summary>
    /// <param name="name">How it is written.</param>
    /// <param name="shape">What the value looks like.</param>
    /// <param name="get">The value of a group, null where there is none to write.</param>
    /// <param name="with">A group with a value.</param>
    /// <param name="summary">What it says.</param>
    /// <param name="synonyms">Other spellings.</param>
    public static RecipeKey<T> Of<V>(
        string name, IRecipeShape<V> shape, Func<T, object?> get, Func<T, V, T> with, string summary,
        params ImmutableArray<string> synonyms) =>
        Of(name, shape, get, with, summary, false, synonyms);

    /// <summary>A key that has to be there.</summary>
    /// <inheritdoc cref="Of{V}(string, IRecipeShape{V}, Func{T, object}, Func{T, V, T}, string, ImmutableArray{string})"/>
    public static RecipeKey<T> Required<V>(
        string name, IRecipeShape<V> shape, Func<T, object?> get, Func<T, V, T> with, string summary) =>
        Of(name, shape, get, with, summary, true, []);

    /// <summary>A key that may be there and says nothing here.</summary>
    /// <param name="name">How it is written.</param>
    /// <param name="why">Why not, for a note; null for none.</param>
    public static RecipeKey<T> Ignored(string name, string? why) => new(name, why ?? "")
    {
        Read = (group, entry, notes) =>
        {
            if (why is not null) notes.Add(entry.Place.Remark($"'{name}' is ignored: {why}"));
            return group;
        },
    };

    /// <summary>A key of mergekit's that cannot be followed.</summary>
    /// <param name="name">How it is written.</param>
    /// <param name="why">Why not, and what to write.</param>
    public static RecipeKey<T> Refused(string name, string why) => new(name, why)
    {
        IsAllowed = false,
        Read = (_, entry, _) => throw entry.Place.Refuse($"'{name}' is not followed here: {why}"),
    };

    private static RecipeKey<T> Of<V>(
        string name, IRecipeShape<V> shape, Func<T, object?> get, Func<T, V, T> with, string summary, bool isRequired,
        ImmutableArray<string> synonyms) => new(name, summary)
        {
            Synonyms = synonyms,
            IsRequired = isRequired,
            Read = (group, entry, notes) => with(group, shape.Read(entry.Value, entry.Key, notes)),
            IsGiven = group => get(group) is not null,
            Write = (json, group) =>
            {
                if (get(group) is not V value) return;
                json.WritePropertyName(name);
                shape.Write(json, value);
            },
            Schema = shape.Schema,
        };
}

using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WiseFt.Merging;

/// <summary>true or false.</summary>
internal sealed class FlagShape : IRecipeShape<bool>
{
    /// <inheritdoc/>
    public bool Read(RecipeNode node, string name, ICollection<string> notes) => node.Kind == RecipeNodeKind.Boolean
        ? node.Text is ['t' or 'T', ..]
        : throw node.Refuse(name, "true or false");

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json, bool value) => json.WriteBooleanValue(value);

    /// <inheritdoc/>
    public JsonObject Schema(JsonObject definitions) => new() { ["type"] = "boolean" };
}

/// <summary>A text that is not blank.</summary>
/// <param name="what">What it is, after "expected".</param>
internal sealed class TextShape(string what) : IRecipeShape<string>
{
    /// <inheritdoc/>
    public string Read(RecipeNode node, string name, ICollection<string> notes) => node.Kind switch
    {
        RecipeNodeKind.Text when !string.IsNullOrWhiteSpace(node.Text) => node.Text,
        RecipeNodeKind.Number or RecipeNodeKind.Boolean => throw node.Refuse(name, what + ", between quotes where it looks like a number"),
        _ => throw node.Refuse(name, what),
    };

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json, string value) => json.WriteStringValue(value);

    /// <inheritdoc/>
    public JsonObject Schema(JsonObject definitions) => new() { ["type"] = "string", ["pattern"] = @"\S" };
}

/// <summary>One of a few words.</summary>
internal sealed class ChoiceShape<T>(params ImmutableArray<(string Name, T Value)> choices) : IRecipeShape<T>
    where T : struct, Enum
{
    /// <inheritdoc/>
    public T Read(RecipeNode node, string name, ICollection<string> notes)
    {
        foreach (var (word, value) in choices)
            if (node.Kind == RecipeNodeKind.Text && node.Text == word) return value;
        string[] names = [.. choices.Select(c => c.Name)];
        string? meant = node.Kind == RecipeNodeKind.Text ? Spelling.Nearest(node.Text, names) : null;
        throw node.Place.Refuse(
            $"{name} is {node.Found}.{(meant is null ? "" : $" Did you mean '{meant}'?")} Known: {string.Join(", ", names)}.");
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json, T value) =>
        json.WriteStringValue(choices.First(c => EqualityComparer<T>.Default.Equals(c.Value, value)).Name);

    /// <inheritdoc/>
    public JsonObject Schema(JsonObject definitions) => new() { ["enum"] = new JsonArray([.. choices.Select(c => (JsonNode)c.Name)]) };
}

/// <summary>A list.</summary>
/// <param name="item">What its items look like.</param>
/// <param name="what">What they are, in the plural, after "expected a list of".</param>
/// <param name="fewest">How many there are at least.</param>
internal sealed class ListShape<T>(IRecipeShape<T> item, string what, int fewest) : IRecipeShape<ImmutableArray<T>>
{
    /// <inheritdoc/>
    public ImmutableArray<T> Read(RecipeNode node, string name, ICollection<string> notes)
    {
        if (node.Kind != RecipeNodeKind.List) throw node.Refuse(name, "a list of " + what);
        if (node.Items.Length < fewest) throw node.Place.Refuse($"{name} is an empty list; expected {what}.");
        return [.. node.Items.Select(i => item.Read(i, "an item of " + name, notes))];
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json, ImmutableArray<T> value)
    {
        json.WriteStartArray();
        foreach (T one in value) item.Write(json, one);
        json.WriteEndArray();
    }

    /// <inheritdoc/>
    public JsonObject Schema(JsonObject definitions)
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = item.Schema(definitions) };
        if (fewest > 0) schema["minItems"] = fewest;
        return schema;
    }
}

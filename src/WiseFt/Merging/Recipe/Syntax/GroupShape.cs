using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WiseFt.Merging;

/// <summary>Values by keys that are known; a group without a value is one without keys.</summary>
/// <param name="start">What it is without keys; the values of those that have to be there are replaced.</param>
/// <param name="keys">The keys, in the order in which they are written.</param>
/// <param name="definition">By which name schemas refer to it; null where it stands in one place only.</param>
internal sealed class GroupShape<T>(T start, ImmutableArray<RecipeKey<T>> keys, string? definition = null) : IRecipeShape<T>
{
    /// <summary>The keys.</summary>
    public ImmutableArray<RecipeKey<T>> Keys => keys;

    private IEnumerable<string> Names => keys.Where(k => k.IsAllowed).Select(k => k.Name);

    /// <inheritdoc/>
    public T Read(RecipeNode node, string name, ICollection<string> notes)
    {
        if (node.Kind is not (RecipeNodeKind.Map or RecipeNodeKind.Null))
            throw node.Refuse(name, "a group of keys: " + string.Join(", ", Names));
        foreach (RecipeEntry entry in node.Entries)
            if (!keys.Any(k => k.Spellings.Contains(entry.Key))) throw Unknown(entry);
        T group = start;
        foreach (RecipeKey<T> key in keys)
        {
            RecipeEntry[] found = [.. node.Entries.Where(e => key.Spellings.Contains(e.Key))];
            if (found is [var first, var second, ..])
                throw second.Place.Refuse(string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{second.Key}' is '{first.Key}', which stands in line {first.Place.Line}. Remove one."));
            if (found.Length == 1) group = key.Read(group, found[0], notes);
            else if (key.IsRequired) throw node.Place.Refuse($"'{key.Name}' is missing here: {key.Summary}");
        }
        return group;
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json, T value)
    {
        json.WriteStartObject();
        foreach (RecipeKey<T> key in keys) key.Write(json, value);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public JsonObject Schema(JsonObject definitions)
    {
        if (definition is null) return Inline(definitions);
        if (!definitions.ContainsKey(definition)) definitions[definition] = Inline(definitions);
        return new JsonObject { ["$ref"] = "#/$defs/" + definition };
    }

    private JsonObject Inline(JsonObject definitions)
    {
        var properties = new JsonObject();
        foreach (RecipeKey<T> key in keys.Where(k => k.IsAllowed))
            foreach (string spelling in key.Spellings)
            {
                JsonObject schema = key.Schema(definitions);
                if (key.Summary.Length > 0) schema.Insert(0, "description", key.Summary);
                properties[spelling] = schema;
            }
        string[] required = [.. keys.Where(k => k.IsRequired).Select(k => k.Name)];
        JsonNode type = required.Length > 0 ? "object" : new JsonArray("object", "null");
        var group = new JsonObject { ["type"] = type, ["properties"] = properties, ["additionalProperties"] = false };
        if (required.Length > 0) group["required"] = new JsonArray([.. required.Select(name => (JsonNode)name)]);
        return group;
    }

    private MergeRecipeException Unknown(RecipeEntry entry)
    {
        string? meant = Spelling.Nearest(entry.Key, keys.Where(k => k.IsAllowed).SelectMany(k => k.Spellings));
        string key = entry.Key.Length > RecipeTree.LongestShown ? entry.Key[..RecipeTree.LongestShown] + "…" : entry.Key;
        return entry.Place.Refuse(
            $"'{key}' is unknown here.{(meant is null ? "" : $" Did you mean '{meant}'?")} Known: {string.Join(", ", Names)}.");
    }
}

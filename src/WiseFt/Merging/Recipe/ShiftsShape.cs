using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WiseFt.Merging;

/// <summary>Distribution shifts: images by name, or a list of <c>NAME=SOURCE</c> or of sources, which are called after their last
/// folder.</summary>
internal sealed class ShiftsShape : IRecipeShape<ImmutableArray<MergeShift>>
{
    private const string Expected = "NAME=SOURCE, or a source with a folder's name at its end";

    private static readonly TextShape _source = new("a data source: a folder, or KIND:PATH"), _named = new(Expected);

    /// <inheritdoc/>
    public ImmutableArray<MergeShift> Read(RecipeNode node, string name, ICollection<string> notes) => node.Kind switch
    {
        RecipeNodeKind.Map => [.. node.Entries.Select(e => string.IsNullOrWhiteSpace(e.Key)
            ? throw e.Place.Refuse($"a key of {name} is blank; expected the shift's name.")
            : new MergeShift(e.Key, _source.Read(e.Value, e.Key, notes)))],
        RecipeNodeKind.List => [.. node.Items.Select(i => Named(_named.Read(i, "an item of " + name, notes), i))],
        _ => throw node.Refuse(name, "{NAME: SOURCE}, or a list of NAME=SOURCE"),
    };

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json, ImmutableArray<MergeShift> value)
    {
        json.WriteStartObject();
        foreach (MergeShift shift in value) json.WriteString(shift.Name, shift.Images);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public JsonObject Schema(JsonObject definitions) => new()
    {
        ["anyOf"] = new JsonArray(
            new JsonObject { ["type"] = "object", ["additionalProperties"] = _source.Schema(definitions) },
            new JsonObject { ["type"] = "array", ["items"] = _named.Schema(definitions) }),
    };

    private static MergeShift Named(string text, RecipeNode node)
    {
        // The settings of a source have equals signs too, but a name has none of what stands before those.
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        bool isNamed = equals > 0 && text.AsSpan(0, equals).IndexOfAny(":/\\,") < 0;
        string source = isNamed ? text[(equals + 1)..] : text;
        string name = isNamed ? text[..equals] : Path.GetFileName(Path.TrimEndingDirectorySeparator(RecipeSource.Parse(text).Path));
        return string.IsNullOrWhiteSpace(name) || string.IsNullOrWhiteSpace(source)
            ? throw node.Refuse("a shift", Expected)
            : new MergeShift(name, source);
    }
}

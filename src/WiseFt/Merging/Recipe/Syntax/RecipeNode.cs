using System.Collections.Immutable;
using System.Globalization;

namespace WiseFt.Merging;

/// <summary>What a node of a recipe is.</summary>
internal enum RecipeNodeKind
{
    /// <summary>Nothing: JSON's null, or no value.</summary>
    Null,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A text.</summary>
    Text,

    /// <summary>A list.</summary>
    List,

    /// <summary>Values by keys.</summary>
    Map,
}

/// <summary>Where something stands in a recipe.</summary>
/// <param name="Source">The recipe's file, or what stands for it.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
internal sealed record RecipePlace(string Source, int Line, int Column)
{
    /// <summary>What to throw for a fault here.</summary>
    public MergeRecipeException Refuse(string fault, Exception? cause = null) => new(Source, Line, Column, fault, cause);

    /// <summary>A remark on what stands here.</summary>
    public string Remark(string text) => string.Create(CultureInfo.InvariantCulture, $"{Source}, line {Line}, column {Column}: {text}");
}

/// <summary>A value of a recipe with its place, whatever the syntax. Immutable, so that an alias is the node that it names.</summary>
internal sealed class RecipeNode
{
    /// <summary>A node without others in it.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="text">A text, or a number or boolean as it is written.</param>
    public RecipeNode(RecipeNodeKind kind, RecipePlace place, string text = "") => (Kind, Place, Text, Size) = (kind, place, text, 1);

    /// <summary>A list.</summary>
    public RecipeNode(RecipePlace place, ImmutableArray<RecipeNode> items) : this(RecipeNodeKind.List, place) =>
        (Items, Size) = (items, Total(place, items));

    /// <summary>Values by keys, of which each occurs once.</summary>
    public RecipeNode(RecipePlace place, ImmutableArray<RecipeEntry> entries) : this(RecipeNodeKind.Map, place)
    {
        var seen = new Dictionary<string, RecipeEntry>(StringComparer.Ordinal);
        foreach (RecipeEntry entry in entries)
            if (!seen.TryAdd(entry.Key, entry))
                throw entry.Place.Refuse(string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{entry.Key}' stands here for the second time; the first is in line {seen[entry.Key].Place.Line}. Remove one."));
        (Entries, Size) = (entries, Total(place, entries.Select(e => e.Value)));
    }

    /// <summary>What it is.</summary>
    public RecipeNodeKind Kind { get; }

    /// <summary>Where it stands.</summary>
    public RecipePlace Place { get; }

    /// <summary>A text, or a number or boolean as it is written; else empty.</summary>
    public string Text { get; }

    /// <summary>A list's items.</summary>
    public ImmutableArray<RecipeNode> Items { get; } = [];

    /// <summary>A map's values with their keys, in order.</summary>
    public ImmutableArray<RecipeEntry> Entries { get; } = [];

    /// <summary>How many nodes it has with itself, those of aliases counted wherever they are used.</summary>
    private int Size { get; }

    /// <summary>What it is, for a sentence "x is …".</summary>
    public string Found => Kind switch
    {
        RecipeNodeKind.Null => "without a value",
        RecipeNodeKind.Text => $"the text '{(Text.Length > RecipeTree.LongestShown ? Text[..RecipeTree.LongestShown] + "…" : Text)}'",
        RecipeNodeKind.List => "a list",
        RecipeNodeKind.Map => "a group of keys",
        _ => Text,
    };

    /// <summary>What to throw where it is not what is expected.</summary>
    /// <param name="name">What it is the value of.</param>
    /// <param name="expected">What it should be.</param>
    public MergeRecipeException Refuse(string name, string expected) => Place.Refuse($"{name} is {Found}; expected {expected}.");

    /// <summary>The node at the end of a way of keys (<see cref="string"/>) and indices (<see cref="int"/>), or the last on it that
    /// there is.</summary>
    public RecipeNode Find(IEnumerable<object> way)
    {
        RecipeNode node = this;
        foreach (object step in way)
        {
            RecipeNode? next = step is int index
                ? node.Items.ElementAtOrDefault(index)
                : node.Entries.FirstOrDefault(e => e.Key == (string)step)?.Value;
            if (next is null) break;
            node = next;
        }
        return node;
    }

    // Aliases of aliases double a tree with each line: it is counted before anybody walks it.
    private static int Total(RecipePlace place, IEnumerable<RecipeNode> nodes)
    {
        long size = 1 + nodes.Sum(n => (long)n.Size);
        return size <= RecipeTree.MostNodes ? (int)size : throw place.Refuse(string.Create(
            CultureInfo.InvariantCulture,
            $"there are more than {RecipeTree.MostNodes} values here, aliases written out; expected a recipe."));
    }
}

/// <summary>A key with its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="Value">Its value.</param>
internal sealed record RecipeEntry(string Key, RecipePlace Place, RecipeNode Value);

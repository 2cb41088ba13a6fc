using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace WiseFt.Merging;

/// <summary>JSON (RFC 8259) as nodes.</summary>
internal ref struct JsonTree
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly string _source;
    private Utf8JsonReader _json;
    private RecipePlace _place; // of the byte at _offset
    private int _offset;

    private JsonTree(byte[] bytes, string source)
    {
        _bytes = bytes;
        (_source, _place) = (source, new RecipePlace(source, 1, 1));
        _json = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = int.MaxValue }); // depths are limited with a place, below
    }

    /// <summary>Reads a text.</summary>
    /// <exception cref="MergeRecipeException">It is no JSON.</exception>
    public static RecipeNode Read(string text, string source)
    {
        if (string.IsNullOrWhiteSpace(text)) return new RecipeNode(RecipeNodeKind.Null, new RecipePlace(source, 1, 1));
        var tree = new JsonTree(Encoding.UTF8.GetBytes(text), source);
        try
        {
            tree._json.Read();
            RecipeNode root = tree.Node(0);
            tree._json.Read(); // throws where something follows
            return root;
        }
        catch (JsonException e)
        {
            string fault = e.Message.Split(" LineNumber:")[0].Replace(" Change the reader options.", "", StringComparison.Ordinal);
            throw PlaceOf(e, text, source).Refuse("this is no JSON: " + fault, e);
        }
    }

    // The exception counts from 0, and bytes.
    private static RecipePlace PlaceOf(JsonException e, string text, string source)
    {
        int line = (int)(e.LineNumber ?? 0);
        byte[] bytes = Encoding.UTF8.GetBytes(text.Split('\n')[line]);
        return new RecipePlace(source, line + 1, Encoding.UTF8.GetCharCount(bytes, 0, (int)(e.BytePositionInLine ?? 0)) + 1);
    }

    private RecipeNode Node(int depth)
    {
        RecipePlace place = Place();
        return _json.TokenType switch
        {
            JsonTokenType.StartObject => new RecipeNode(place, Entries(RecipeTree.Below(depth, place))),
            JsonTokenType.StartArray => new RecipeNode(place, Items(RecipeTree.Below(depth, place))),
            JsonTokenType.String => new RecipeNode(RecipeNodeKind.Text, place, Text(place)),
            JsonTokenType.Number => new RecipeNode(RecipeNodeKind.Number, place, Encoding.UTF8.GetString(_json.ValueSpan)),
            JsonTokenType.True or JsonTokenType.False =>
                new RecipeNode(RecipeNodeKind.Boolean, place, Encoding.UTF8.GetString(_json.ValueSpan)),
            _ => new RecipeNode(RecipeNodeKind.Null, place),
        };
    }

    private ImmutableArray<RecipeNode> Items(int depth)
    {
        var items = ImmutableArray.CreateBuilder<RecipeNode>();
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray) items.Add(Node(depth));
        return items.ToImmutable();
    }

    private ImmutableArray<RecipeEntry> Entries(int depth)
    {
        var entries = ImmutableArray.CreateBuilder<RecipeEntry>();
        while (_json.Read() && _json.TokenType != JsonTokenType.EndObject)
        {
            RecipePlace place = Place();
            string key = Text(place);
            _json.Read();
            entries.Add(new RecipeEntry(key, place, Node(depth)));
        }
        return entries.ToImmutable();
    }

    private readonly string Text(RecipePlace place)
    {
        try
        {
            return _json.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw place.Refuse("this text has half of a surrogate pair, which is no letter.", e);
        }
    }

    // From the last token to this one, so that a file of one long line is read once.
    private RecipePlace Place()
    {
        ReadOnlySpan<byte> passed = _bytes[_offset..(int)_json.TokenStartIndex];
        int end = passed.LastIndexOf((byte)'\n');
        int column = Encoding.UTF8.GetCharCount(passed[(end + 1)..]) + (end < 0 ? _place.Column : 1);
        (_offset, _place) = ((int)_json.TokenStartIndex, new RecipePlace(_source, _place.Line + passed.Count((byte)'\n'), column));
        return _place;
    }
}

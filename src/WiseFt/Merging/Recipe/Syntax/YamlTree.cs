using System.Collections.Immutable;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace WiseFt.Merging;

/// <summary>YAML as nodes: one document, without tags; plain scalars as YAML 1.2's core schema has them.</summary>
internal sealed partial class YamlTree
{
    private readonly Dictionary<AnchorName, RecipeNode> _anchors = [];
    private readonly Parser _parser;
    private readonly string _source;

    private YamlTree(string text, string source) =>
        (_parser, _source) = (new Parser(new Scanner(new StringReader(text), skipComments: true)), source);

    /// <summary>Reads a text.</summary>
    /// <exception cref="MergeRecipeException">It is no YAML, or has what is not allowed here.</exception>
    public static RecipeNode Read(string text, string source)
    {
        var tree = new YamlTree(text, source);
        try
        {
            return tree.Document();
        }
        catch (YamlException e)
        {
            throw Unreadable(tree.PlaceOf(e.Start), text, e);
        }
        // Some malformed texts are these to YamlDotNet 18.1: "[1\na: 2", "!![]".
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw Unreadable(tree.PlaceOf(tree._parser.Current?.End ?? Mark.Empty), text, e);
        }
    }

    private static MergeRecipeException Unreadable(RecipePlace place, string text, Exception e)
    {
        string[] lines = Utf8Text.Lines(text);
        // The scanner blames what stands before a tab.
        int tab = Array.FindIndex(lines, place.Line - 1, line => line.AsSpan(0, line.Length - line.TrimStart().Length).Contains('\t'));
        return tab >= 0 && e.Message.Contains("tab", StringComparison.Ordinal)
            ? (place with { Line = tab + 1, Column = lines[tab].IndexOf('\t', StringComparison.Ordinal) + 1 })
                .Refuse("the line is indented with a tab, which YAML does not allow. Use spaces.", e)
            : place.Refuse($"this is no YAML: {(e is YamlException ? e.Message : "a bracket, a brace or a quote is not closed.")} " +
                "Look at the line's indentation, brackets and quotes.", e);
    }

    private RecipeNode Document()
    {
        Next(); // the stream's start
        if (Next() is not DocumentStart start) return new RecipeNode(RecipeNodeKind.Null, new RecipePlace(_source, 1, 1));
        RecipeNode root = Node(Next(), 0);
        Next(); // the document's end
        return Next() is StreamEnd ? root : throw PlaceOf(_parser.Current!.Start).Refuse(
            "a second document begins here; expected one recipe in a file.");
    }

    private ParsingEvent Next() => _parser.MoveNext() ? _parser.Current! : throw new YamlException("The text ends too early.");

    private RecipeNode Node(ParsingEvent found, int depth)
    {
        RecipePlace place = PlaceOf(found.Start);
        if (found is AnchorAlias alias)
            return _anchors.TryGetValue(alias.Value, out RecipeNode? named) ? named : throw place.Refuse(
                $"the alias '*{alias.Value}' names no anchor '&{alias.Value}' that ends before it.");
        if (found is not NodeEvent node) throw new YamlException(found.Start, found.End, "A value is missing."); // as after "{a: [1:,}"
        if (!node.Tag.IsEmpty) throw place.Refuse($"the tag '{node.Tag}' is not read here. Write the value without it.");
        RecipeNode read = node switch
        {
            SequenceStart => new RecipeNode(place, Items(RecipeTree.Below(depth, place))),
            MappingStart => new RecipeNode(place, Entries(RecipeTree.Below(depth, place))),
            _ => new RecipeNode(KindOf((Scalar)node), place, ((Scalar)node).Value),
        };
        if (!node.Anchor.IsEmpty) _anchors[node.Anchor] = read;
        return read;
    }

    private ImmutableArray<RecipeNode> Items(int depth)
    {
        var items = ImmutableArray.CreateBuilder<RecipeNode>();
        while (Next() is not SequenceEnd) items.Add(Node(_parser.Current!, depth));
        return items.ToImmutable();
    }

    private ImmutableArray<RecipeEntry> Entries(int depth)
    {
        var entries = ImmutableArray.CreateBuilder<RecipeEntry>();
        while (Next() is not MappingEnd)
        {
            RecipePlace place = PlaceOf(_parser.Current!.Start);
            if (_parser.Current is not Scalar { Tag.IsEmpty: true } key)
                throw place.Refuse("this key is no text; expected one such as models.");
            entries.Add(new RecipeEntry(key.Value, place, Node(Next(), depth)));
        }
        return entries.ToImmutable();
    }

    private RecipePlace PlaceOf(Mark mark) => new(_source, (int)Math.Max(mark.Line, 1), (int)Math.Max(mark.Column, 1));

    private static RecipeNodeKind KindOf(Scalar scalar) => scalar.Style != ScalarStyle.Plain ? RecipeNodeKind.Text : scalar.Value switch
    {
        "" or "~" or "null" or "Null" or "NULL" => RecipeNodeKind.Null,
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => RecipeNodeKind.Boolean,
        string text => IsNumber().IsMatch(text) ? RecipeNodeKind.Number : RecipeNodeKind.Text,
    };

    [GeneratedRegex(
        @"\A[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z|\A[-+]?\.(inf|Inf|INF)\z|\A\.(nan|NaN|NAN)\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex IsNumber();
}

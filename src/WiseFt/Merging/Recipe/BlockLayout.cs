using System.Globalization;
using System.Text.RegularExpressions;

namespace WiseFt.Merging;

/// <summary>Which block of a model a tensor belongs to, by its name, in every layout that is read.</summary>
/// <remarks>A block is numbered after the list it is in (<c>resblocks.11.</c>, <c>layers.11.</c>, <c>blocks.11.</c>), so that a second
/// number in a name (<c>resblocks.11.mlp.0.</c>) is none; each tower has its own list. The stages of a ResNet, <c>layer1.0.</c> to
/// <c>layer4.2.</c>, are one list.</remarks>
internal sealed partial class BlockLayout
{
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);

    /// <summary>Finds the blocks in the names of a model's tensors.</summary>
    public BlockLayout(IEnumerable<string> names)
    {
        (string Name, string List, int Stage, int Number)[] blocks = [.. names.Select(Find).OfType<(string, string, int, int)>()];
        foreach (var list in blocks.GroupBy(b => b.List, StringComparer.Ordinal))
        {
            (int, int)[] order = [.. list.Select(b => (b.Stage, b.Number)).Distinct().Order()];
            // Numbers that a model with some of its blocks leaves out count.
            int count = list.All(b => b.Stage == 0) ? order[^1].Item2 + 1 : order.Length;
            foreach (var block in list)
                _places[block.Name] = new Place(
                    list.Key, block.Stage == 0 ? block.Number : Array.IndexOf(order, (block.Stage, block.Number)), count);
        }
    }

    /// <summary>The number of a tensor's block and how many blocks there are; null outside of the blocks.</summary>
    public (int Number, int Count)? Block(string tensor) =>
        _places.TryGetValue(tensor, out Place? place) ? (place.Number, place.Count) : null;

    /// <summary>How deep in its tower a tensor is: block / (blocks - 1); outside of the blocks 0 before them and 1 after.</summary>
    public double Depth(string tensor) => _places.TryGetValue(tensor, out Place? place)
        ? place.Count == 1 ? 1 : (double)place.Number / (place.Count - 1)
        : IsAfterBlocks().IsMatch(tensor) ? 1 : 0;

    /// <summary>What tensors are ordered by, so that block 10 comes after block 9.</summary>
    public (string List, int Number) Order(string tensor) =>
        _places.TryGetValue(tensor, out Place? place) ? (place.List, place.Number) : (Group(tensor), 0);

    /// <summary>What tables call the tensors that a tensor belongs to: its block, or what there is outside of the blocks.</summary>
    public string Group(string tensor) => _places.TryGetValue(tensor, out Place? place)
        ? string.Create(CultureInfo.InvariantCulture, $"{place.List} {place.Number}")
        : tensor.LastIndexOf('.') is var dot and > 0 ? tensor[..dot] : tensor;

    private static (string, string, int, int)? Find(string name)
    {
        if (InStage().Match(name) is { Success: true } stage)
            return (name, stage.Groups[1].Value + "layer", Int(stage.Groups[2]), Int(stage.Groups[3]));
        return InList().Match(name) is { Success: true } list ? (name, list.Groups[1].Value, 0, Int(list.Groups[2])) : null;
    }

    private static int Int(Group digits) => int.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^((?:.*?\.)?(?:resblocks|layers|layer|blocks|block|h))\.(\d{1,6})\.", RegexOptions.CultureInvariant)]
    private static partial Regex InList();

    [GeneratedRegex(@"^((?:.*?\.)?)layer(\d)\.(\d{1,6})\.", RegexOptions.CultureInvariant)]
    private static partial Regex InStage();

    // OpenAI's, open_clip's and Hugging Face's names of what follows the blocks.
    [GeneratedRegex(
        @"(^|\.)(ln_post|post_layernorm|ln_final|final_layer_norm|visual\.proj|(text|visual)_projection|attnpool|logit_scale|" +
        @"logit_bias|classification_head|head|classifier|norm)(\.|$)", RegexOptions.CultureInvariant)]
    private static partial Regex IsAfterBlocks();

    private sealed record Place(string List, int Number, int Count);
}

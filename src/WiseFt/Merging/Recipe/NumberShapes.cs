using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WiseFt.Merging;

/// <summary>A whole number.</summary>
internal sealed class CountShape(MergeRange range) : IRecipeShape<int>
{
    /// <inheritdoc/>
    public int Read(RecipeNode node, string name, ICollection<string> notes) =>
        node.Kind == RecipeNodeKind.Number && range.Contains(NumberShape.Parse(node))
        && int.TryParse(node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw node.Refuse(name, range.Expected);

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json, int value) => json.WriteNumberValue(value);

    /// <inheritdoc/>
    public JsonObject Schema(JsonObject definitions)
    {
        JsonObject schema = new NumberShape(range).Schema(definitions);
        schema["type"] = "integer";
        return schema;
    }
}

/// <summary>A finite number.</summary>
internal sealed class NumberShape(MergeRange range) : IRecipeShape<double>
{
    /// <summary>What a number is as it is written; NaN for what is no finite one.</summary>
    public static double Parse(RecipeNode node) =>
        double.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
            ? number
            : double.NaN;

    /// <inheritdoc/>
    public double Read(RecipeNode node, string name, ICollection<string> notes) =>
        node.Kind == RecipeNodeKind.Number && Parse(node) is var number && range.Contains(number)
            ? number
            : throw node.Refuse(name, range.Expected);

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json, double value) => json.WriteNumberValue(value);

    /// <inheritdoc/>
    public JsonObject Schema(JsonObject definitions)
    {
        var schema = new JsonObject { ["type"] = "number" };
        if (range.Least > int.MinValue) schema[range.IsAboveLeast ? "exclusiveMinimum" : "minimum"] = range.Least;
        if (range.Most < int.MaxValue) schema["maximum"] = range.Most;
        return schema;
    }
}

/// <summary>A number, a curve over the depth as a list of numbers, or a list of <c>{filter, value}</c>.</summary>
internal sealed class ValueShape(MergeRange range) : IRecipeShape<MergeValue>
{
    private readonly CurveShape _curve = new(range);
    private readonly ListShape<MergeValueRule> _rules = new(
        new GroupShape<MergeValueRule>(
            new MergeValueRule(null, 0),
            [
                RecipeKey<MergeValueRule>.Of(
                    "filter", new TextShape("a part of tensors' names"), r => r.Filter, (r, filter) => r with { Filter = filter },
                    "The tensors whose names contain this; without it, or *, all that no rule before took."),
                RecipeKey<MergeValueRule>.Required(
                    "value", new CurveShape(range), r => r.Value, (r, value) => r with { Value = value },
                    "The value of these tensors: a number, or a list of numbers over the depth."),
            ]),
        "{filter, value}", 1);

    /// <inheritdoc/>
    public MergeValue Read(RecipeNode node, string name, ICollection<string> notes) => node.Items is [{ Kind: RecipeNodeKind.Map }, ..]
        ? MergeValue.ByName(_rules.Read(node, name, notes))
        : _curve.Read(node, name, notes);

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json, MergeValue value)
    {
        if (value.Rules.IsEmpty) _curve.Write(json, value);
        else _rules.Write(json, value.Rules);
    }

    /// <inheritdoc/>
    public JsonObject Schema(JsonObject definitions)
    {
        JsonObject schema = _curve.Schema(definitions);
        schema["anyOf"]!.AsArray().Add(_rules.Schema(definitions));
        return schema;
    }
}

/// <summary>A number, or a curve over the depth as a list of numbers.</summary>
internal sealed class CurveShape(MergeRange range) : IRecipeShape<MergeValue>
{
    private readonly NumberShape _number = new(range);

    private ListShape<double> Numbers => new(_number, "numbers", 1);

    /// <inheritdoc/>
    public MergeValue Read(RecipeNode node, string name, ICollection<string> notes) => node.Kind == RecipeNodeKind.List
        ? MergeValue.OverDepth(Numbers.Read(node, name, notes))
        : _number.Read(node, name, notes);

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json, MergeValue value)
    {
        if (value.Numbers is [double number]) _number.Write(json, number);
        else Numbers.Write(json, value.Numbers);
    }

    /// <inheritdoc/>
    public JsonObject Schema(JsonObject definitions) =>
        new() { ["anyOf"] = new JsonArray(_number.Schema(definitions), Numbers.Schema(definitions)) };
}

/// <summary>Mixing coefficients: a list, or a text such as <c>0:1:0.1</c> or <c>0,0.5,1</c>.</summary>
internal sealed class AlphasShape : IRecipeShape<ImmutableArray<double>>
{
    private readonly ListShape<double> _list = new(new NumberShape(MergeRange.Alpha), "numbers in [0, 1]", 1);

    /// <inheritdoc/>
    public ImmutableArray<double> Read(RecipeNode node, string name, ICollection<string> notes)
    {
        if (node.Kind == RecipeNodeKind.List) return _list.Read(node, name, notes);
        if (node.Kind is not (RecipeNodeKind.Text or RecipeNodeKind.Number))
            throw node.Refuse(name, "a list of numbers in [0, 1], or a text such as 0:1:0.1");
        try
        {
            return AlphaGrid.Parse(node.Text);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw node.Place.Refuse($"{name} is {node.Found}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json, ImmutableArray<double> value) => _list.Write(json, value);

    /// <inheritdoc/>
    public JsonObject Schema(JsonObject definitions) => new()
    {
        ["anyOf"] = new JsonArray(
            _list.Schema(definitions), new JsonObject { ["type"] = "string" }, new NumberShape(MergeRange.Alpha).Schema(definitions)),
    };
}

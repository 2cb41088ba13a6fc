using System.Collections.Immutable;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>Recipes as users of mergekit write them, for CLIP checkpoints, in both syntaxes.</summary>
public sealed class MergeRecipeExampleTests
{
    private static readonly ImmutableDictionary<string, MergeRecipe> _examples = ImmutableDictionary.CreateRange(
        StringComparer.Ordinal,
        new (string Name, MergeRecipe Recipe)[]
        {
            ("linear", new()
            {
                Method = MergeMethod.Linear,
                Models =
                [
                    Weighted("soup/seed-0.safetensors", 1), Weighted("soup/seed-1.safetensors", 0.5),
                    Weighted("soup/seed-2.safetensors", 0),
                ],
                Parameters = new() { Normalize = true },
                Precision = ScalarType.Float16,
            }),
            ("slerp", new()
            {
                Method = MergeMethod.Slerp,
                BaseModel = "clip-vit-base-patch32",
                Models = [new("clip-vit-base-patch32"), new("clip-vit-base-patch32-sketch")],
                Parameters = new()
                {
                    T = MergeValue.ByName(
                        new("attn", MergeValue.OverDepth(0, 0.5, 0.3, 0.7, 1)), new("mlp", MergeValue.OverDepth(1, 0.5, 0.7, 0.3, 0)),
                        new(null, 0.5)),
                },
                Precision = ScalarType.BFloat16,
            }),
            ("nuslerp", new()
            {
                Method = MergeMethod.NuSlerp,
                BaseModel = "../checkpoints/zero-shot.safetensors",
                Models = [Weighted("../checkpoints/photos.safetensors", 0.25), Weighted("../checkpoints/drawings.safetensors", 0.75)],
                Parameters = new() { Flatten = false, RowWise = true },
                Precision = ScalarType.Float32,
            }),
            ("task_arithmetic", new()
            {
                Method = MergeMethod.TaskArithmetic,
                BaseModel = "zero-shot",
                Models = [Weighted("cars", 0.4), Weighted("textures", MergeValue.OverDepth(0.1, 0.4))],
                Parameters = new() { Lambda = 0.9 },
                Precision = ScalarType.Float16,
            }),
            ("ties", new()
            {
                Method = MergeMethod.Ties,
                BaseModel = "zero-shot",
                Models =
                [
                    new("zero-shot"),
                    new("satellite") { Parameters = new() { Weight = 1, Density = MergeValue.OverDepth(1, 0.7, 0.1) } },
                    new("digits") { Parameters = new() { Density = 0.33, Weight = MergeValue.ByName(new("mlp", 0.5), new(null, 0)) } },
                ],
                Parameters = new() { Normalize = true },
                Precision = ScalarType.Float16,
            }),
            ("dare_ties", new()
            {
                Method = MergeMethod.DareTies,
                BaseModel = "zero-shot",
                Models =
                [
                    new("zero-shot"), new("pets") { Parameters = new() { Density = 0.53, Weight = 0.4 } },
                    new("flowers") { Parameters = new() { Density = 0.53, Weight = 0.4 } },
                ],
                Parameters = new() { Seed = 7 },
                Precision = ScalarType.BFloat16,
            }),
            ("dare_linear", new()
            {
                Method = MergeMethod.DareLinear,
                BaseModel = "zero-shot",
                Models =
                [
                    new("pets") { Parameters = new() { Weight = 0.6, Density = 0.5 } },
                    new("flowers") { Parameters = new() { Weight = 0.6, Density = 0.5 } },
                ],
                Parameters = new() { Rescale = false, Normalize = false },
            }),
            ("della", new()
            {
                Method = MergeMethod.Della,
                BaseModel = "zero-shot",
                Models =
                [
                    new("cars") { Parameters = new() { Weight = 0.5, Density = 0.5, Epsilon = 0.1 } }, Weighted("signs", 0.5),
                ],
                Parameters = new() { Density = 0.6, Lambda = 1.1, Normalize = false },
            }),
            ("breadcrumbs", new()
            {
                Method = MergeMethod.Breadcrumbs,
                BaseModel = "zero-shot",
                Models =
                [
                    new("zero-shot"), new("cars") { Parameters = new() { Weight = 0.5, Density = 0.9, Gamma = 0.01 } },
                    new("digits") { Parameters = new() { Weight = 0.5, Density = 0.9, Gamma = 0.005 } },
                ],
                Precision = ScalarType.Float32,
            }),
            ("model_stock", new()
            {
                Method = MergeMethod.ModelStock,
                BaseModel = "zero-shot",
                Models = [new("run-a"), new("run-b")],
                Parameters = new() { FilterWise = true },
                Head = MergeHead.ZeroShot,
                TextTower = MergeTextTower.Keep,
                Keep = ["logit_scale", "positional_embedding"],
                Search = new() { Alphas = [0, 0.25, 0.5, 0.75, 1], Choose = MergeChoice.Mean },
                Evaluate = new()
                {
                    Reference = "data/test",
                    Validation = "csv:data/held-out.csv,path=file,label=class",
                    Shifts = [new("sketch", "data/sketch-test"), new("rendition", "imagenet-r:data/rendition")],
                },
                Recalibrate = "data/train",
            }),
        }.Select(e => KeyValuePair.Create(e.Name, e.Recipe)));

    public static TheoryData<string> Names => [.. _examples.Keys.Order(StringComparer.Ordinal)];

    public static TheoryData<string> Files => [.. from name in _examples.Keys.Order(StringComparer.Ordinal)
                                                  from ending in new[] { ".yaml", ".json" }
                                                  select name + ending];

    [Theory]
    [MemberData(nameof(Files))]
    public void Parse_OfAnExample_IsTheRecipe(string file)
    {
        MergeRecipe recipe = MergeRecipe.Parse(File.ReadAllText(PathOf(file)), file);

        recipe.Should().Be(_examples[Path.GetFileNameWithoutExtension(file)]);
        recipe.GetHashCode().Should().Be(_examples[Path.GetFileNameWithoutExtension(file)].GetHashCode());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ToJson_OfAnExample_IsReadAsTheSame(string name)
    {
        string json = _examples[name].ToJson();

        MergeRecipe.Parse(json).Should().Be(_examples[name]);
        MergeRecipe.Parse(json, "recipe.yaml").Should().Be(_examples[name], "JSON in one line is YAML");
        MergeRecipe.Parse(json).ToJson().Should().Be(json);
    }

    [Fact]
    public void ToJson_OfARecipe_HasWhatDiffersFromTheDefaults() => _examples["della"].ToJson().Should().Be("""
        {"merge_method":"della","base_model":"zero-shot","models":[
        {"model":"cars","parameters":{"weight":0.5,"density":0.5,"epsilon":0.1}},
        {"model":"signs","parameters":{"weight":0.5}}],
        "parameters":{"lambda":1.1,"density":0.6,"normalize":false}}
        """.ReplaceLineEndings(""));

    [Fact]
    public void Equals_OfRecipesThatDifferInOneValue_IsFalse()
    {
        MergeRecipe recipe = _examples["model_stock"];
        MergeRecipe[] others =
        [
            recipe with { Method = MergeMethod.Ties }, recipe with { BaseModel = "other" },
            recipe with { Models = [new("run-a"), new("run-c")] },
            recipe with { Parameters = new() }, recipe with { Precision = ScalarType.Float16 }, recipe with { Head = MergeHead.Keep },
            recipe with { TextTower = MergeTextTower.Merge }, recipe with { Keep = ["logit_scale"] }, recipe with { Recalibrate = null },
            recipe with { Search = recipe.Search! with { Alphas = [0, 1] } },
            recipe with { Evaluate = recipe.Evaluate! with { Shifts = [] } },
        ];
        others.Should().AllSatisfy(other => other.Should().NotBe(recipe));
    }

    /// <summary>A file below the fixtures' recipes.</summary>
    internal static string PathOf(string file) => Fixtures.Path("merging/recipes/" + file);

    private static MergeIngredient Weighted(string model, MergeValue weight) => new(model) { Parameters = new() { Weight = weight } };
}

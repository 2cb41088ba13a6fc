using System.Collections.Immutable;
using static TorchSharp.torch;

namespace WiseFt.Merging;

/// <summary>The keys of a recipe. Those of mergekit come first in each group and mean what they mean there.</summary>
internal static class MergeRecipeKeys
{
    private const string WholeBlocks =
        "a model's blocks are merged whole, under `models`. For another value in each block give a parameter a list of numbers over the " +
        "depth, or a list of {filter, value}.";

    private static readonly TextShape _source = new("a data source: a folder, or KIND:PATH");

    private static readonly ChoiceShape<ScalarType> _precision = new(
        ("float32", ScalarType.Float32), ("float16", ScalarType.Float16), ("bfloat16", ScalarType.BFloat16));

    private static readonly GroupShape<MergeIngredient> _model = new(
        new MergeIngredient("model"),
        [
            RecipeKey<MergeIngredient>.Required(
                "model", new TextShape("the path of a model"), m => m.Model, (m, v) => m with { Model = v }, "A file or a folder."),
            RecipeKey<MergeIngredient>.Of(
                "parameters", MergeParameterKeys.Shape, m => Given(m.Parameters), (m, v) => m with { Parameters = v },
                "Numbers of this model alone, which come before the recipe's."),
        ]);

    private static readonly GroupShape<MergeSearch> _search = new(
        new MergeSearch(),
        [
            RecipeKey<MergeSearch>.Of(
                "alpha", new AlphasShape(), s => s.Alphas, (s, v) => s with { Alphas = v },
                "Mixing coefficients to try: a list, or a text such as 0:1:0.1. Default 0, 0.1 … 1."),
            RecipeKey<MergeSearch>.Of(
                "choose", new ChoiceShape<MergeChoice>(("validation", MergeChoice.Validation), ("mean", MergeChoice.Mean)),
                s => s.Choose == default ? null : s.Choose, (s, v) => s with { Choose = v },
                "The best on held-out images, or the best mean over the reference and every shift. Default validation."),
        ]);

    private static readonly GroupShape<MergeEvaluation> _evaluate = new(
        new MergeEvaluation { Reference = "reference" },
        [
            RecipeKey<MergeEvaluation>.Required(
                "reference", _source, e => e.Reference, (e, v) => e with { Reference = v }, "Test images of the reference distribution."),
            RecipeKey<MergeEvaluation>.Of(
                "validation", _source, e => e.Validation, (e, v) => e with { Validation = v },
                "Held-out images, by which soups and mixing coefficients are chosen. Default: the reference."),
            RecipeKey<MergeEvaluation>.Of(
                "shifts", new ShiftsShape(), e => e.Shifts.IsEmpty ? null : e.Shifts, (e, v) => e with { Shifts = v },
                "Test images of other distributions: {NAME: SOURCE}, or a list of NAME=SOURCE or SOURCE."),
        ]);

    /// <summary>All of them.</summary>
    public static GroupShape<MergeRecipe> Shape { get; } = new(
        new MergeRecipe { Method = default, Models = [new MergeIngredient("model")] },
        [
            RecipeKey<MergeRecipe>.Refused("slices", WholeBlocks),
            RecipeKey<MergeRecipe>.Refused("modules", WholeBlocks),
            RecipeKey<MergeRecipe>.Required(
                "merge_method", new ChoiceShape<MergeMethod>([.. MergeMethodInfo.All.Select(m => (m.Name, m.Method))]),
                r => r.Method, (r, v) => r with { Method = v }, "The method."),
            RecipeKey<MergeRecipe>.Of(
                "base_model", new TextShape("the path of a model"), r => r.BaseModel, (r, v) => r with { BaseModel = v },
                "The model from which task vectors are measured: a file or a folder."),
            RecipeKey<MergeRecipe>.Required(
                "models", new ListShape<MergeIngredient>(_model, "{model, parameters}", 1), r => r.Models, (r, v) => r with { Models = v },
                "The models to merge; the base may be among them."),
            RecipeKey<MergeRecipe>.Of(
                "parameters", MergeParameterKeys.Shape, r => Given(r.Parameters), (r, v) => r with { Parameters = v },
                "Numbers of all models."),
            RecipeKey<MergeRecipe>.Of(
                "dtype", _precision, r => r.Precision, (r, v) => r with { Precision = v },
                "The type of the merged numbers. Default: the models' own, float32 where they differ."),
            // After dtype, before which it comes.
            RecipeKey<MergeRecipe>.Of(
                "out_dtype", _precision, _ => null, (r, v) => r with { Precision = v }, "The same; it comes before dtype."),
            RecipeKey<MergeRecipe>.Of(
                "head",
                new ChoiceShape<MergeHead>(("merge", MergeHead.Merge), ("keep", MergeHead.Keep), ("zero-shot", MergeHead.ZeroShot)),
                r => r.Head == MergeHead.Merge ? null : r.Head, (r, v) => r with { Head = v },
                "What becomes of classifiers' heads. Default merge."),
            RecipeKey<MergeRecipe>.Of(
                "text_tower", new ChoiceShape<MergeTextTower>(("merge", MergeTextTower.Merge), ("keep", MergeTextTower.Keep)),
                r => r.TextTower == MergeTextTower.Merge ? null : r.TextTower, (r, v) => r with { TextTower = v },
                "What becomes of text encoders. Default merge."),
            RecipeKey<MergeRecipe>.Of(
                "keep", new ListShape<string>(new TextShape("a part of tensors' names"), "parts of tensors' names", 0),
                r => r.Keep.IsEmpty ? null : r.Keep, (r, v) => r with { Keep = v },
                "Tensors that stay the base's, or the first model's: those whose names contain one of these."),
            RecipeKey<MergeRecipe>.Of(
                "search", _search, r => r.Search, (r, v) => r with { Search = v },
                "Mixing coefficients to try between the base and what is merged."),
            RecipeKey<MergeRecipe>.Of(
                "evaluate", _evaluate, r => r.Evaluate, (r, v) => r with { Evaluate = v }, "Images to evaluate on."),
            RecipeKey<MergeRecipe>.Of(
                "recalibrate", _source, r => r.Recalibrate, (r, v) => r with { Recalibrate = v },
                "Images with which batch normalisation's statistics are estimated again."),
            RecipeKey<MergeRecipe>.Ignored("tokenizer_source", "the vocabulary is the base's, or the first model's."),
            RecipeKey<MergeRecipe>.Ignored("tokenizer", "the vocabulary is the base's, or the first model's."),
            RecipeKey<MergeRecipe>.Ignored("chat_template", "CLIP models have no chats."),
            RecipeKey<MergeRecipe>.Ignored("name", "the outcome is called what --output says."),
            RecipeKey<MergeRecipe>.Ignored("$schema", null),
        ]);

    private static MergeParameters? Given(MergeParameters parameters) =>
        MergeParameterKeys.Shape.Keys.Any(k => k.IsGiven(parameters)) ? parameters : null;
}

using System.Collections.Immutable;
using Parameters = WiseFt.MergeParameters;

namespace WiseFt.Merging;

/// <summary>The keys of <c>parameters</c>, of a recipe or of one model.</summary>
internal static class MergeParameterKeys
{
    /// <summary>Those that may differ by model; the others are the recipe's.</summary>
    public static ImmutableArray<string> OfAModel { get; } = ["weight", "density", "gamma", "epsilon", "floor", "scale", "fisher", "data"];

    /// <summary>Those that are each model's own, and no recipe's.</summary>
    public static ImmutableArray<string> OfNoRecipe { get; } = ["fisher"];

    /// <summary>All of them.</summary>
    public static GroupShape<Parameters> Shape { get; } = new(
        new Parameters(),
        [
            Number(new MergeRange("weight"), p => p.Weight, (p, v) => p with { Weight = v },
                "What a model, or its task vector, is multiplied by. Default 1."),
            Number(MergeRange.T, p => p.T, (p, v) => p with { T = v }, "slerp: the place between the base, 0, and the model, 1."),
            Number(new MergeRange("lambda"), p => p.Lambda, (p, v) => p with { Lambda = v },
                "What the merged task vector is multiplied by; negative to forget. Default 1."),
            Number(MergeRange.Density, p => p.Density, (p, v) => p with { Density = v },
                "Which part of a task vector's entries is kept. Default 1; for ties with trim: model 0.2."),
            Number(MergeRange.Gamma, p => p.Gamma, (p, v) => p with { Gamma = v },
                "breadcrumbs: which part of the entries, the largest, is dropped. Default 0.01."),
            Number(MergeRange.Epsilon, p => p.Epsilon, (p, v) => p with { Epsilon = v },
                "della: how far the probabilities go from the density. Default 0.15."),
            Number(new MergeRange("alpha"), p => p.Alpha, (p, v) => p with { Alpha = v },
                "lines: the factor at the first block. Default 0.5 for one model, what the norms say for several."),
            Number(new MergeRange("beta"), p => p.Beta, (p, v) => p with { Beta = v },
                "lines: what is added up to the last block. Default 1 - alpha for one model; needed for several."),
            Number(MergeRange.Energy, p => p.Energy, (p, v) => p with { Energy = v },
                "monosoup: which part of the energy the head has at least. Default 0.8."),
            Number(MergeRange.Scale, p => p.Scale, (p, v) => p with { Scale = v },
                "regmean: what off-diagonal entries are multiplied by. Default 0.95."),
            Number(MergeRange.Floor, p => p.Floor, (p, v) => p with { Floor = v },
                "fisher: the least Fisher information of a weight. Default 1e-8."),
            Flag("normalize", p => p.Normalize, (p, v) => p with { Normalize = v },
                "Whether weights are divided by their sum. Default true for linear, ties and della, else false."),
            Flag("rescale", p => p.Rescale, (p, v) => p with { Rescale = v },
                "Whether what is kept is rescaled for what was dropped. Default true; false for breadcrumbs."),
            Flag("filter_wise", p => p.FilterWise, (p, v) => p with { FilterWise = v },
                "model_stock: a ratio for each row of a tensor. Default false."),
            Flag("flatten", p => p.Flatten, (p, v) => p with { Flatten = v },
                "nuslerp: a tensor is one vector. Default true; false with row_wise.", "nuslerp_flatten"),
            Flag("row_wise", p => p.RowWise, (p, v) => p with { RowWise = v },
                "nuslerp: vectors that are not flattened are rows. Default false.", "nuslerp_row_wise"),
            RecipeKey<Parameters>.Of(
                "trim", new ChoiceShape<MergeTrim>(("tensor", MergeTrim.Tensor), ("model", MergeTrim.Model)),
                p => p.Trim, (p, v) => p with { Trim = v },
                "ties: what is trimmed over. Default tensor, as mergekit; model is the paper's."),
            Count(MergeRange.Seed, p => p.Seed, (p, v) => p with { Seed = v }, "What random masks come from. Default 0."),
            Count(MergeRange.Iterations, p => p.Iterations, (p, v) => p with { Iterations = v }, "wudi: how many steps. Default 300."),
            Count(MergeRange.Examples, p => p.Examples, (p, v) => p with { Examples = v },
                "fisher, regmean: how many images are looked at. Default 256."),
            RecipeKey<Parameters>.Of(
                "fisher", new TextShape("a file"), p => p.Fisher, (p, v) => p with { Fisher = v },
                "A model's diagonal Fisher information, a file of `wiseft fisher`. Default: computed from data."),
            RecipeKey<Parameters>.Of(
                "data", new TextShape("a data source"), p => p.Data, (p, v) => p with { Data = v },
                "Images of a model's task: a folder, or KIND:PATH."),
            RecipeKey<Parameters>.Ignored("int8_mask", "masks take no memory worth saving here."),
        ],
        "parameters");

    private static RecipeKey<Parameters> Number(
        MergeRange range, Func<Parameters, object?> get, Func<Parameters, MergeValue, Parameters> with, string summary) =>
        RecipeKey<Parameters>.Of(range.Name, new ValueShape(range), get, with, summary);

    private static RecipeKey<Parameters> Count(
        MergeRange range, Func<Parameters, object?> get, Func<Parameters, int, Parameters> with, string summary) =>
        RecipeKey<Parameters>.Of(range.Name, new CountShape(range), get, with, summary);

    private static RecipeKey<Parameters> Flag(
        string name, Func<Parameters, object?> get, Func<Parameters, bool, Parameters> with, string summary,
        params ImmutableArray<string> synonyms) =>
        RecipeKey<Parameters>.Of(name, new FlagShape(), get, with, summary, synonyms);
}

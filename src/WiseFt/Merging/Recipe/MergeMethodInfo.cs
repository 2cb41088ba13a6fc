using System.Collections.Immutable;

namespace WiseFt.Merging;

/// <summary>What is to be known of a method before it runs.</summary>
/// <param name="Method">The method.</param>
/// <param name="Name">What recipes call it.</param>
/// <param name="Base">Whether it needs a base; null where it may have one.</param>
/// <param name="Fewest">How many models there are at least, besides the base.</param>
/// <param name="Most">How many at most.</param>
/// <param name="Parameters">Keys of the parameters that it reads.</param>
internal sealed record MergeMethodInfo(
    MergeMethod Method, string Name, bool? Base, int Fewest, int Most, ImmutableArray<string> Parameters)
{
    private const int Any = int.MaxValue;

    /// <summary>All methods, in the order of <see cref="MergeMethod"/>.</summary>
    public static ImmutableArray<MergeMethodInfo> All { get; } =
    [
        new(MergeMethod.Linear, "linear", null, 1, Any, ["weight", "normalize"]),
        new(MergeMethod.UniformSoup, "uniform_soup", null, 1, Any, []),
        new(MergeMethod.GreedySoup, "greedy_soup", null, 1, Any, []),
        new(MergeMethod.LearnedSoup, "learned_soup", null, 2, Any, ["seed"]),
        new(MergeMethod.Slerp, "slerp", true, 1, 1, ["t"]),
        new(MergeMethod.NuSlerp, "nuslerp", null, 2, 2, ["weight", "flatten", "row_wise"]),
        new(MergeMethod.TaskArithmetic, "task_arithmetic", true, 1, Any, ["weight", "lambda", "normalize"]),
        new(MergeMethod.Ties, "ties", true, 1, Any, ["weight", "density", "lambda", "normalize", "trim"]),
        new(MergeMethod.DareLinear, "dare_linear", true, 1, Any, ["weight", "density", "lambda", "normalize", "rescale", "seed"]),
        new(MergeMethod.DareTies, "dare_ties", true, 1, Any, ["weight", "density", "lambda", "normalize", "rescale", "seed"]),
        new(MergeMethod.Della, "della", true, 1, Any, ["weight", "density", "epsilon", "lambda", "normalize", "rescale", "seed"]),
        new(MergeMethod.Breadcrumbs, "breadcrumbs", true, 1, Any, ["weight", "density", "gamma", "lambda", "normalize", "rescale"]),
        new(MergeMethod.ModelStock, "model_stock", true, 2, Any, ["filter_wise"]),
        new(MergeMethod.Lines, "lines", true, 1, Any, ["weight", "alpha", "beta", "lambda", "normalize"]),
        new(MergeMethod.Fisher, "fisher", null, 1, Any, ["weight", "fisher", "data", "examples", "floor", "seed"]),
        new(MergeMethod.RegMean, "regmean", null, 1, Any, ["weight", "data", "examples", "scale", "seed"]),
        new(MergeMethod.IsoC, "iso_c", true, 1, Any, ["weight", "lambda"]),
        new(MergeMethod.TsvM, "tsv_m", true, 1, Any, ["weight", "lambda"]),
        new(MergeMethod.Wudi, "wudi", true, 1, Any, ["weight", "lambda", "iterations"]),
        new(MergeMethod.MonoSoup, "monosoup", true, 1, 1, ["energy", "lambda"]),
    ];

    /// <summary>Whether weights are divided by their sum where the recipe does not say.</summary>
    public bool Normalizes => Method
        is MergeMethod.Linear or MergeMethod.Ties or MergeMethod.Della or MergeMethod.Fisher or MergeMethod.RegMean;

    /// <summary>That of a method.</summary>
    public static MergeMethodInfo Of(MergeMethod method) => All[(int)Check.Defined(method)];
}

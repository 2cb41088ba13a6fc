using WiseFt.Merging;

namespace WiseFt;

/// <summary>The numbers of a merge, of one model or of all. What is null is not given: a model's is then the recipe's, and the recipe's
/// the method's default. Immutable; vary with <c>with</c>.</summary>
/// <remarks>Names, meanings and defaults are mergekit's where it has the method; docs/merging.md has the table.</remarks>
public sealed record MergeParameters
{
    /// <summary>What a model, or its task vector, is multiplied by. Default 1 for each; 0 is 0.</summary>
    public MergeValue? Weight { get; init; }

    /// <summary>Slerp's place between the base (0) and the model (1), in [0, 1]. Needed by slerp.</summary>
    public MergeValue? T { get; init => field = MergeRange.T.Checked(value); }

    /// <summary>What the merged task vector is multiplied by; negative to forget. Default 1; for TIES and task arithmetic of several tasks
    /// 0.3 to 0.4 is usual.</summary>
    public MergeValue? Lambda { get; init; }

    /// <summary>Which part of the entries of a task vector is kept, in [0, 1]. Default 1; for <c>ties</c> with <c>trim: model</c> the
    /// paper's 0.2.</summary>
    public MergeValue? Density { get; init => field = MergeRange.Density.Checked(value); }

    /// <summary>Which part of the entries, the largest, breadcrumbs drops, in [0, 1]. Default 0.01.</summary>
    public MergeValue? Gamma { get; init => field = MergeRange.Gamma.Checked(value); }

    /// <summary>How far DELLA's probabilities go from the density, in [0, 1]. Default 0.15.</summary>
    public MergeValue? Epsilon { get; init => field = MergeRange.Epsilon.Checked(value); }

    /// <summary>LiNeS' factor at the first block and outside of the blocks. Default 0.5 for one model, and what the norms say for several.
    /// </summary>
    public MergeValue? Alpha { get; init; }

    /// <summary>What LiNeS adds to it up to the last block. Default 1 - alpha for one model, so that the last block is whole; needed for
    /// several.</summary>
    public MergeValue? Beta { get; init; }

    /// <summary>Which part of the energy MonoSoup's head has at least, in (0, 1]. Default 0.8.</summary>
    public MergeValue? Energy { get; init => field = MergeRange.Energy.Checked(value); }

    /// <summary>What RegMean multiplies the off-diagonal entries of the inputs' products by, in [0, 1]. Default 0.95.</summary>
    public MergeValue? Scale { get; init => field = MergeRange.Scale.Checked(value); }

    /// <summary>The least Fisher information of a weight, at least 0. Default 1e-8, as wise-ft's <c>--fisher_floor</c>.</summary>
    public MergeValue? Floor { get; init => field = MergeRange.Floor.Checked(value); }

    /// <summary>Whether weights are divided by their sum. Default true for linear, ties and della, else false; nuslerp, fisher and
    /// regmean, to which only their ratios matter, do not read it.</summary>
    public bool? Normalize { get; init; }

    /// <summary>Whether what is kept is rescaled for what was dropped. Default true; false for breadcrumbs.</summary>
    public bool? Rescale { get; init; }

    /// <summary>Whether Model Stock has a ratio for each row of a tensor rather than one for all. Default false.</summary>
    public bool? FilterWise { get; init; }

    /// <summary>Whether nuslerp takes a tensor as one vector rather than each of its rows. Default true; false with
    /// <see cref="RowWise"/>.</summary>
    public bool? Flatten { get; init; }

    /// <summary>Whether nuslerp takes each row of a tensor, the numbers of one output, as a vector where <see cref="Flatten"/> is not
    /// given. Default false.</summary>
    public bool? RowWise { get; init; }

    /// <summary>What TIES trims over. Default <see cref="MergeTrim.Tensor"/>, as mergekit; the paper trims over the model.</summary>
    public MergeTrim? Trim { get; init => field = value is { } trim ? Check.Defined(trim) : null; }

    /// <summary>What random masks come from, together with the tensors' names. Default 0.</summary>
    public int? Seed { get; init; }

    /// <summary>How many steps WUDI takes, at least 1. Default 300.</summary>
    public int? Iterations { get; init => field = MergeRange.Iterations.Checked(value); }

    /// <summary>How many images Fisher information or RegMean's products are computed from, at least 1. Default 256.</summary>
    public int? Examples { get; init => field = MergeRange.Examples.Checked(value); }

    /// <summary>A model's diagonal Fisher information, a file that <c>wiseft fisher</c> wrote. Default null: computed from
    /// <see cref="Data"/>.</summary>
    public string? Fisher { get; init => field = value is null ? null : Check.NotBlank(value); }

    /// <summary>Images of a model's task, for Fisher information and RegMean: a data source. Default null.</summary>
    public string? Data { get; init => field = value is null ? null : Check.NotBlank(value); }
}

/// <summary>Over what TIES ranks the entries of a task vector.</summary>
public enum MergeTrim
{
    /// <summary>Over each tensor: the largest int(density * n) of its entries are kept, at least one; as mergekit.</summary>
    Tensor,

    /// <summary>Over the whole model: as the paper and its code. Two passes over all files find each model's threshold, a third the
    /// majority of signs; no more memory is taken.</summary>
    Model,
}

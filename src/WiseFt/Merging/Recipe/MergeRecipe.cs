using System.Collections.Immutable;
using WiseFt.Merging;
using static TorchSharp.torch;

namespace WiseFt;

/// <summary>What to merge, how, and what to do with the outcome. Immutable; vary with <c>with</c>.</summary>
/// <remarks>Two syntaxes, YAML and JSON, with mergekit's keys where it has them: docs/merging.md.</remarks>
public sealed partial record MergeRecipe
{
    /// <summary>The method.</summary>
    public required MergeMethod Method { get; init => field = Check.Defined(value); }

    /// <summary>theta_0, from which task vectors are measured: a file, a folder, or a name among weights in memory. Default null: none,
    /// which is right for averages.</summary>
    public string? BaseModel { get; init => field = value is null ? null : Check.NotBlank(value); }

    /// <summary>The models, at least one. The base among them counts as no model where the method measures task vectors.</summary>
    public required ImmutableArray<MergeIngredient> Models
    {
        get;
        init => field = [.. Check.NotEmpty(value.IsDefault ? [] : value, nameof(Models))];
    }

    /// <summary>The numbers of all models.</summary>
    public MergeParameters Parameters { get; init => field = value ?? throw new ArgumentNullException(nameof(Parameters)); } = new();

    /// <summary>The type of the merged numbers: float32, float16 or bfloat16. Default null: the models' own, float32 where they differ.
    /// It is computed in float32 at least, whatever it is.</summary>
    public ScalarType? Precision
    {
        get;
        init => field = value is null or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16
            ? value
            : throw Check.Refuse(nameof(Precision), nameof(Precision), value, "float32, float16 or bfloat16");
    }

    /// <summary>What becomes of classifiers' heads. Default <see cref="MergeHead.Merge"/>.</summary>
    public MergeHead Head { get; init => field = Check.Defined(value); } = MergeHead.Merge;

    /// <summary>What becomes of CLIP models' text encoders. Default <see cref="MergeTextTower.Merge"/>.</summary>
    public MergeTextTower TextTower { get; init => field = Check.Defined(value); } = MergeTextTower.Merge;

    /// <summary>Tensors that stay the base's, or the first model's where there is no base: those whose names contain one of these texts.
    /// Their shapes in the other models may differ. Default none.</summary>
    public ImmutableArray<string> Keep { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Mixing coefficients to try between the base and what is merged. Default null: none, the merged model is the outcome.
    /// </summary>
    public MergeSearch? Search { get; init; }

    /// <summary>Images to evaluate on. Default null: none.</summary>
    public MergeEvaluation? Evaluate { get; init; }

    /// <summary>Images, a data source, with which batch normalisation's statistics are estimated again after merging. Default null: they
    /// are merged like weights.</summary>
    public string? Recalibrate { get; init => field = value is null ? null : Check.NotBlank(value); }

    /// <summary>The models that are merged: all but the base, which is among them in many of mergekit's files, where the method goes from
    /// the base; all where it averages.</summary>
    internal ImmutableArray<MergeIngredient> Merged => GoesFromBase ? [.. Models.Where(m => m.Model != BaseModel)] : Models;

    /// <summary>Whether the method measures from the base, rather than averages.</summary>
    internal bool GoesFromBase =>
        MergeMethodInfo.Of(Method).Base ?? (Method == MergeMethod.NuSlerp && BaseModel is not null);

    /// <inheritdoc/>
    public bool Equals(MergeRecipe? other) =>
        other is not null && Values == other.Values && Models.SequenceEqual(other.Models) && Keep.SequenceEqual(other.Keep);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Values, Models.Length, Models[0], Keep.Length);

    private (MergeMethod, string?, MergeParameters, ScalarType?, MergeHead, MergeTextTower, MergeSearch?, MergeEvaluation?, string?)
        Values => (Method, BaseModel, Parameters, Precision, Head, TextTower, Search, Evaluate, Recalibrate);
}

/// <summary>A model to merge.</summary>
/// <param name="Model">A file, a folder, or a name among weights in memory.</param>
public sealed record MergeIngredient(string Model)
{
    /// <summary>The model.</summary>
    public string Model { get; init => field = Check.NotBlank(value); } = Check.NotBlank(Model);

    /// <summary>Numbers of this model alone, which come before the recipe's. Default none.</summary>
    public MergeParameters Parameters { get; init => field = value ?? throw new ArgumentNullException(nameof(Parameters)); } = new();
}

/// <summary>What becomes of classifiers' heads.</summary>
public enum MergeHead
{
    /// <summary>It is merged like every other weight.</summary>
    Merge,

    /// <summary>It stays the base's, or the first model's where there is no base.</summary>
    Keep,

    /// <summary>It is the zero-shot head: the base's, or, where the base is a CLIP model, one that its text encoder makes of the models'
    /// classes and prompt templates.</summary>
    ZeroShot,
}

/// <summary>What becomes of CLIP models' text encoders.</summary>
public enum MergeTextTower
{
    /// <summary>It is merged like every other weight.</summary>
    Merge,

    /// <summary>It stays the base's, or the first model's where there is no base.</summary>
    Keep,
}

/// <summary>Mixing coefficients to try on theta = (1 - alpha) * base + alpha * merged, and the rule by which one is taken.</summary>
public sealed record MergeSearch
{
    /// <summary>Mixing coefficients in [0, 1], at least one. Default 0, 0.1 … 1.</summary>
    public ImmutableArray<double> Alphas
    {
        get;
        init => field = [.. Check.NotEmpty(value.IsDefault ? [] : value, nameof(Alphas)).Select(a => MixingCoefficient.Checked(a)).Order()];
    } = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

    /// <summary>The rule. Default <see cref="MergeChoice.Validation"/>.</summary>
    public MergeChoice Choose { get; init => field = Check.Defined(value); }

    /// <inheritdoc/>
    public bool Equals(MergeSearch? other) => other is not null && Choose == other.Choose && Alphas.SequenceEqual(other.Alphas);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Choose, Alphas.Length, Alphas[^1]);
}

/// <summary>By what the mixing coefficient of a merge is chosen.</summary>
public enum MergeChoice
{
    /// <summary>The best accuracy on <see cref="MergeEvaluation.Validation"/>, or on the reference where there is no such data.</summary>
    Validation,

    /// <summary>The best mean of the accuracies on the reference and on every shift: PAINT's rule, where the reference is the task that is
    /// patched and the shifts are the tasks to keep. Ilharco et al. (arXiv 2208.05592), section 3.</summary>
    Mean,
}

/// <summary>Images to evaluate merged models on, as data sources.</summary>
public sealed record MergeEvaluation
{
    /// <summary>Test images of the reference distribution.</summary>
    public required string Reference { get; init => field = Check.NotBlank(value); }

    /// <summary>Held-out images of the reference distribution, by which soups and mixing coefficients are chosen.
    /// Default null: <see cref="Reference"/>, on which what is reported is then too good.</summary>
    public string? Validation { get; init => field = value is null ? null : Check.NotBlank(value); }

    /// <summary>Test images of other distributions, by name. Default none.</summary>
    public ImmutableArray<MergeShift> Shifts { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <inheritdoc/>
    public bool Equals(MergeEvaluation? other) =>
        other is not null && (Reference, Validation) == (other.Reference, other.Validation) && Shifts.SequenceEqual(other.Shifts);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Reference, Validation, Shifts.Length);
}

/// <summary>Test images of another distribution.</summary>
/// <param name="Name">What the report calls it.</param>
/// <param name="Images">A data source.</param>
public sealed record MergeShift(string Name, string Images)
{
    /// <summary>What the report calls it.</summary>
    public string Name { get; init => field = Check.NotBlank(value); } = Check.NotBlank(Name);

    /// <summary>A data source.</summary>
    public string Images { get; init => field = Check.NotBlank(value); } = Check.NotBlank(Images);
}

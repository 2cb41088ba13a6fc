using Microsoft.ML;

namespace WiseFt.ML;

public sealed partial class WeightEnsembleEstimator
{
    /// <summary>Settings of merging fitted transformers. Immutable; vary with <c>with</c>.</summary>
    public sealed record Options
    {
        /// <summary>How they are merged. Default <see cref="MergeMethod.Linear"/>: their mean, or weighted by
        /// <see cref="MergeParameters.Weight"/>.</summary>
        public MergeMethod Method { get; init => field = Check.Defined(value); }

        /// <summary>The method's numbers, for all models. Default the method's own.</summary>
        public MergeParameters Parameters { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

        /// <summary>theta_0, from which task vectors are measured and with which alpha mixes: a transformer, or a chain with exactly one
        /// classifier. Default null: none, which is right for averages at alpha 1.</summary>
        public ITransformer? BaseModel { get; init; }

        /// <summary>Mixing coefficient alpha of theta = (1 - alpha) * base + alpha * ensemble.</summary>
        /// <value>In [0, 1]. Default 1: the ensemble itself. Short for a fixed <see cref="AlphaSelection"/>.</value>
        public double Alpha { get => AlphaSelection.Alpha ?? 1; init => AlphaSelection = AlphaSelection.Fixed(value); }

        /// <summary>How alpha is picked: fixed, or the best on validation data or on a part of the data that <c>Fit</c> gets. Default
        /// fixed, 1. Anything else needs a base.</summary>
        public AlphaSelection AlphaSelection
        {
            get;
            init => field = value ?? throw new ArgumentNullException(nameof(value));
        } = AlphaSelection.Fixed(1);

        /// <summary>Whether the ensemble keeps the models that it is made of, also when it is saved, so that parameters, recipe and alpha
        /// can be changed later. Default true.</summary>
        /// <value>False: the merged weights alone are kept, one model's memory.</value>
        public bool KeepIngredients { get; init; } = true;

        /// <summary>Stops the choice of alpha.</summary>
        public CancellationToken CancellationToken { get; init; }
    }

    /// <summary>Settings of following a recipe of paths. Immutable; vary with <c>with</c>.</summary>
    public sealed record RecipeOptions
    {
        /// <inheritdoc cref="Options.Alpha"/>
        /// <value>In [0, 1]. Default 1: the ensemble itself. Short for a fixed <see cref="AlphaSelection"/>.</value>
        public double Alpha { get => AlphaSelection.Alpha ?? 1; init => AlphaSelection = AlphaSelection.Fixed(value); }

        /// <inheritdoc cref="Options.AlphaSelection"/>
        public AlphaSelection AlphaSelection
        {
            get;
            init => field = value ?? throw new ArgumentNullException(nameof(value));
        } = AlphaSelection.Fixed(1);

        /// <inheritdoc cref="Options.KeepIngredients"/>
        public bool KeepIngredients { get; init; } = true;

        /// <summary>The prompts for paths that are CLIP models, and where the heads made of them are kept.</summary>
        public ZeroShotHeadOptions Head { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.Columns"/>
        public ScoringColumns Columns { get; init => field = ScoringColumns.Checked(value); } = new();

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.Scoring"/>
        public ScoringOptions Scoring { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.Device"/>
        public string? Device { get; init => field = DeviceChoice.Check(value, nameof(Device)); }

        /// <summary>Is told how far a recipe is that looks at images. Default null.</summary>
        public IProgress<MergeProgress>? Progress { get; init; }

        /// <summary>Stops the reading.</summary>
        public CancellationToken CancellationToken { get; init; }
    }
}

using System.Collections.Immutable;

namespace WiseFt.ML;

public sealed partial class WiseFtEstimator
{
    /// <summary>Settings of mixing two checkpoints that exist already. Immutable; vary with <c>with</c>.</summary>
    public sealed record MixtureOptions
    {
        /// <inheritdoc cref="Options.Alpha"/>
        public double Alpha { get; init => field = Check.InRange(value, 0.0, 1.0); } = 0.5;

        /// <inheritdoc cref="Options.KeepEndPoints"/>
        public bool KeepEndPoints { get; init; } = true;

        /// <summary>The label column, a key. Null, or absent from the data: the classes are the checkpoints' own, or <see cref="ClassNames"/>. Default "Label".</summary>
        public string? LabelColumnName { get; init => field = value is null ? null : Check.NotBlank(value); } = "Label";

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.ImageColumnName"/>
        public string ImageColumnName { get; init => field = Check.NotBlank(value); } = "ImagePath";

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.ScoreColumnName"/>
        public string ScoreColumnName { get; init => field = Check.NotBlank(value); } = "Score";

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.PredictedLabelColumnName"/>
        public string PredictedLabelColumnName { get; init => field = Check.NotBlank(value); } = "PredictedLabel";

        /// <summary>The sentences around the class names, for checkpoints that are CLIP models. Default <see cref="PromptTemplates.ImageNet"/>.</summary>
        public PromptTemplates Templates { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = PromptTemplates.ImageNet;

        /// <summary>The words for each class, in key order, for checkpoints that are CLIP models. Null (the default): the label column's key values.</summary>
        public IReadOnlyList<string>? ClassNames { get; init => field = value is null ? null : Check.NotEmpty(value).ToImmutableArray(); }

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.ScoringBatchSize"/>
        public int ScoringBatchSize { get; init => field = Check.AtLeast(value, 1); } = ClipZeroShotEstimator.DefaultScoringBatchSize;

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.ScoringPrecision"/>
        public Precision ScoringPrecision { get; init => field = Check.Defined(value); }

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.Device"/>
        public string? Device { get; init => field = DeviceChoice.Check(value, nameof(Device)); }

        /// <summary>Stops the reading.</summary>
        public CancellationToken CancellationToken { get; init; }

        internal ScoringSettings Scoring => new(ScoringBatchSize, ScoringPrecision);

        internal ScoringColumns Columns => new(LabelColumnName, ImageColumnName, ScoreColumnName, PredictedLabelColumnName);
    }
}

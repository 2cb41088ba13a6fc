using System.Collections.Immutable;
using WiseFt.Training;

namespace WiseFt.ML;

public sealed partial class ClipFineTuneTrainer
{
    /// <summary>Settings of <see cref="ClipFineTuneTrainer"/>. Immutable; vary with <c>with</c>.</summary>
    /// <remarks>Defaults are the paper's recipe for ImageNet; see <see cref="FineTuningOptions"/>.</remarks>
    public sealed record Options
    {
        /// <summary>The CLIP model: whatever <see cref="ClipModel.Load"/> reads.</summary>
        public required string ModelPath { get; init => field = Check.NotBlank(value); }

        /// <summary>The label column, a key; it gives the classes and their order. Default "Label".</summary>
        public string LabelColumnName { get; init => field = Check.NotBlank(value); } = "Label";

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.ImageColumnName"/>
        public string ImageColumnName { get; init => field = Check.NotBlank(value); } = "ImagePath";

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.ScoreColumnName"/>
        public string ScoreColumnName { get; init => field = Check.NotBlank(value); } = "Score";

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.PredictedLabelColumnName"/>
        public string PredictedLabelColumnName { get; init => field = Check.NotBlank(value); } = "PredictedLabel";

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.Templates"/>
        public PromptTemplates Templates { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = PromptTemplates.ImageNet;

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.ClassNames"/>
        public IReadOnlyList<string>? ClassNames { get; init => field = value is null ? null : Check.NotEmpty(value).ToImmutableArray(); }

        /// <inheritdoc cref="FineTuningOptions.Mode"/>
        public FineTuningMode Mode { get => Recipe.Mode; init => Recipe = Recipe with { Mode = value }; }

        /// <inheritdoc cref="FineTuningOptions.Epochs"/>
        public int Epochs { get => Recipe.Epochs; init => Recipe = Recipe with { Epochs = value }; }

        /// <inheritdoc cref="FineTuningOptions.LearningRate"/>
        public double LearningRate { get => Recipe.LearningRate; init => Recipe = Recipe with { LearningRate = value }; }

        /// <inheritdoc cref="FineTuningOptions.BatchSize"/>
        public int BatchSize { get => Recipe.BatchSize; init => Recipe = Recipe with { BatchSize = value }; }

        /// <inheritdoc cref="FineTuningOptions.MicroBatchSize"/>
        public int MicroBatchSize { get => Recipe.MicroBatchSize; init => Recipe = Recipe with { MicroBatchSize = value }; }

        /// <inheritdoc cref="FineTuningOptions.Precision"/>
        public Precision Precision { get => Recipe.Precision; init => Recipe = Recipe with { Precision = value }; }

        /// <inheritdoc cref="FineTuningOptions.ActivationCheckpointing"/>
        public bool ActivationCheckpointing { get => Recipe.ActivationCheckpointing; init => Recipe = Recipe with { ActivationCheckpointing = value }; }

        /// <inheritdoc cref="FineTuningOptions.FeatureCacheDirectory"/>
        public string? FeatureCacheDirectory { get => Recipe.FeatureCacheDirectory; init => Recipe = Recipe with { FeatureCacheDirectory = value }; }

        /// <inheritdoc cref="FineTuningOptions.WeightDecay"/>
        public double WeightDecay { get => Recipe.WeightDecay; init => Recipe = Recipe with { WeightDecay = value }; }

        /// <inheritdoc cref="FineTuningOptions.WarmupSteps"/>
        public int? WarmupSteps { get => Recipe.WarmupSteps; init => Recipe = Recipe with { WarmupSteps = value }; }

        /// <inheritdoc cref="FineTuningOptions.LabelSmoothing"/>
        public double LabelSmoothing { get => Recipe.LabelSmoothing; init => Recipe = Recipe with { LabelSmoothing = value }; }

        /// <inheritdoc cref="FineTuningOptions.ClipGradientNorm"/>
        public double ClipGradientNorm { get => Recipe.ClipGradientNorm; init => Recipe = Recipe with { ClipGradientNorm = value }; }

        /// <inheritdoc cref="FineTuningOptions.Augmentation"/>
        public bool Augmentation { get => Recipe.Augmentation; init => Recipe = Recipe with { Augmentation = value }; }

        /// <inheritdoc cref="FineTuningOptions.Shuffle"/>
        public bool Shuffle { get => Recipe.Shuffle; init => Recipe = Recipe with { Shuffle = value }; }

        /// <summary>Decides the order of the images and the crops. Null (the default): the context's seed, or 0 where it has none.</summary>
        public int? Seed { get; init; }

        /// <summary>Whether training images that cannot be read are left out and listed in <c>mlContext.Log</c>. Default false: they are an error.</summary>
        /// <remarks>Every image is decoded once more, before training.</remarks>
        public bool SkipBadImages { get; init; }

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.ScoringBatchSize"/>
        public int ScoringBatchSize { get; init => field = Check.AtLeast(value, 1); } = ClipZeroShotEstimator.DefaultScoringBatchSize;

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.ScoringPrecision"/>
        public Precision ScoringPrecision { get; init => field = Check.Defined(value); }

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.Device"/>
        public string? Device { get; init => field = DeviceChoice.Check(value, nameof(Device)); }

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.HeadCacheDirectory"/>
        public string? HeadCacheDirectory { get; init => field = value is null ? null : Check.NotBlank(value); }

        /// <summary>Folder where training saves itself every five minutes and when it is cancelled. Null (the default): nowhere.</summary>
        /// <remarks>A fit that finds checkpoints of the same run there goes on from them, and gives the model that a fit without a stop gives;
        /// those of another run are refused with what changed. They are deleted when the fit has ended well.</remarks>
        public string? CheckpointDirectory { get; init => field = value is null ? null : Check.NotBlank(value); }

        /// <summary>Is told about every optimiser step, on the training thread; of a fit that goes on, about the steps done before too. Default null.</summary>
        public IProgress<FineTuningStep>? Progress { get; init; }

        /// <summary>Stops training before the next step.</summary>
        public CancellationToken CancellationToken { get; init; }

        internal FineTuningOptions Recipe { get; private init; } = new();

        internal ScoringSettings Scoring => new(ScoringBatchSize, ScoringPrecision);

        internal ScoringColumns Columns => new(LabelColumnName, ImageColumnName, ScoreColumnName, PredictedLabelColumnName);
    }
}

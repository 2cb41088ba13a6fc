using WiseFt.Evaluation;
using WiseFt.Training;

namespace WiseFt.ML;

public sealed partial class WiseFtEstimator
{
    /// <summary>Settings of the whole method: fine-tuning, then mixing. Immutable; vary with <c>with</c>.</summary>
    /// <remarks>Defaults are the paper's recipe for ImageNet; see <see cref="FineTuningOptions"/>.</remarks>
    public sealed record Options
    {
        /// <summary>Mixing coefficient alpha of theta = (1 - alpha) * zero-shot + alpha * fine-tuned.</summary>
        /// <value>In [0, 1]. Default 0.5: the paper's choice when no target data can be used to choose. Short for a fixed <see cref="AlphaSelection"/>.</value>
        public double Alpha { get => AlphaSelection.Alpha ?? MixingCoefficient.Default; init => AlphaSelection = AlphaSelection.Fixed(value); }

        /// <summary>How alpha is picked: fixed, or the best on validation data or on a part of the training data. Default fixed, 0.5.</summary>
        public AlphaSelection AlphaSelection { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = AlphaSelection.Fixed();

        /// <summary>Whether the model keeps both end points, also when it is saved, so that alpha can be changed later. Default true.</summary>
        /// <value>False: the mixture alone is kept, a third of the memory and half of the file or less.</value>
        public bool KeepEndPoints { get; init; } = true;

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.ModelPath"/>
        public required string ModelPath { get => Training.ModelPath; init => Training = Training with { ModelPath = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.LabelColumnName"/>
        public string LabelColumnName { get => Training.LabelColumnName; init => Training = Training with { LabelColumnName = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.ImageColumnName"/>
        public string ImageColumnName { get => Training.ImageColumnName; init => Training = Training with { ImageColumnName = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.ScoreColumnName"/>
        public string ScoreColumnName { get => Training.ScoreColumnName; init => Training = Training with { ScoreColumnName = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.PredictedLabelColumnName"/>
        public string PredictedLabelColumnName { get => Training.PredictedLabelColumnName; init => Training = Training with { PredictedLabelColumnName = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.Templates"/>
        public PromptTemplates Templates { get => Training.Templates; init => Training = Training with { Templates = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.ClassNames"/>
        public IReadOnlyList<string>? ClassNames { get => Training.ClassNames; init => Training = Training with { ClassNames = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.Mode"/>
        public FineTuningMode Mode { get => Training.Mode; init => Training = Training with { Mode = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.Epochs"/>
        public int Epochs { get => Training.Epochs; init => Training = Training with { Epochs = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.LearningRate"/>
        public double LearningRate { get => Training.LearningRate; init => Training = Training with { LearningRate = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.BatchSize"/>
        public int BatchSize { get => Training.BatchSize; init => Training = Training with { BatchSize = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.MicroBatchSize"/>
        public int MicroBatchSize { get => Training.MicroBatchSize; init => Training = Training with { MicroBatchSize = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.Precision"/>
        public Precision Precision { get => Training.Precision; init => Training = Training with { Precision = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.ActivationCheckpointing"/>
        public bool ActivationCheckpointing { get => Training.ActivationCheckpointing; init => Training = Training with { ActivationCheckpointing = value }; }

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.HeadCacheDirectory"/>
        public string? HeadCacheDirectory { get => Training.HeadCacheDirectory; init => Training = Training with { HeadCacheDirectory = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.FeatureCacheDirectory"/>
        public string? FeatureCacheDirectory { get => Training.FeatureCacheDirectory; init => Training = Training with { FeatureCacheDirectory = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.WeightDecay"/>
        public double WeightDecay { get => Training.WeightDecay; init => Training = Training with { WeightDecay = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.WarmupSteps"/>
        public int? WarmupSteps { get => Training.WarmupSteps; init => Training = Training with { WarmupSteps = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.LabelSmoothing"/>
        public double LabelSmoothing { get => Training.LabelSmoothing; init => Training = Training with { LabelSmoothing = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.ClipGradientNorm"/>
        public double ClipGradientNorm { get => Training.ClipGradientNorm; init => Training = Training with { ClipGradientNorm = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.Augmentation"/>
        public bool Augmentation { get => Training.Augmentation; init => Training = Training with { Augmentation = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.Shuffle"/>
        public bool Shuffle { get => Training.Shuffle; init => Training = Training with { Shuffle = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.Seed"/>
        public int? Seed { get => Training.Seed; init => Training = Training with { Seed = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.SkipBadImages"/>
        public bool SkipBadImages { get => Training.SkipBadImages; init => Training = Training with { SkipBadImages = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.ScoringBatchSize"/>
        public int ScoringBatchSize { get => Training.ScoringBatchSize; init => Training = Training with { ScoringBatchSize = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.ScoringPrecision"/>
        public Precision ScoringPrecision { get => Training.ScoringPrecision; init => Training = Training with { ScoringPrecision = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.Device"/>
        public string? Device { get => Training.Device; init => Training = Training with { Device = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.CheckpointDirectory"/>
        public string? CheckpointDirectory { get => Training.CheckpointDirectory; init => Training = Training with { CheckpointDirectory = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.Progress"/>
        public IProgress<FineTuningStep>? Progress { get => Training.Progress; init => Training = Training with { Progress = value }; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.CancellationToken"/>
        public CancellationToken CancellationToken { get => Training.CancellationToken; init => Training = Training with { CancellationToken = value }; }

        internal ClipFineTuneTrainer.Options Training { get; private init; } = new() { ModelPath = "to be set: it is required" };
    }
}

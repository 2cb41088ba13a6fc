using Microsoft.ML;
using WiseFt.Training;

namespace WiseFt.ML;

public sealed partial class WiseFtEstimator
{
    /// <summary>Settings of the whole method: fine-tuning, then mixing. Immutable; vary with <c>with</c>.</summary>
    /// <remarks>Defaults are the paper's recipe for ImageNet; see <see cref="FineTuningOptions"/>.</remarks>
    public sealed record Options
    {
        /// <inheritdoc cref="ClipFineTuneTrainer.Options.ModelPath"/>
        public required string ModelPath { get; init => field = Check.NotBlank(value); }

        /// <summary>Mixing coefficient alpha of theta = (1 - alpha) * zero-shot + alpha * fine-tuned.</summary>
        /// <value>In [0, 1]. Default 0.5: the paper's choice when no target data can be used
        /// to choose. Short for a fixed <see cref="AlphaSelection"/>.</value>
        public double Alpha
        {
            get => AlphaSelection.Alpha ?? MixingCoefficient.Default;
            init => AlphaSelection = AlphaSelection.Fixed(value);
        }

        /// <summary>How alpha is picked: fixed, or the best on validation data or on a part of the training
        /// data. Default fixed, 0.5.</summary>
        public AlphaSelection AlphaSelection
        {
            get;
            init => field = value ?? throw new ArgumentNullException(nameof(value));
        } = AlphaSelection.Fixed();

        /// <summary>Whether the model keeps both end points, also when it is saved,
        /// so that alpha can be changed later. Default true.</summary>
        /// <value>False: the mixture alone is kept, a third of the memory and half of the file or less.</value>
        public bool KeepEndPoints { get; init; } = true;

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.Training"/>
        public FineTuningOptions Training { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.Head"/>
        public ZeroShotHeadOptions Head { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.Columns"/>
        public ScoringColumns Columns { get; init => field = ScoringColumns.Checked(value); } = new();

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.ExampleWeightColumnName"/>
        public string? ExampleWeightColumnName { get; init => field = value is null ? null : Check.NotBlank(value); }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.ValidationSet"/>
        public IDataView? ValidationSet { get; init; }

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.Scoring"/>
        public ScoringOptions Scoring { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.Snapshots"/>
        public SnapshotOptions? Snapshots { get; init; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.SkipBadImages"/>
        public bool SkipBadImages { get; init; }

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.Device"/>
        public string? Device { get; init => field = DeviceChoice.Check(value, nameof(Device)); }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.Progress"/>
        public IProgress<FineTuningStep>? Progress { get; init; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.CancellationToken"/>
        public CancellationToken CancellationToken { get; init; }

        /// <summary>The part of them that fine-tuning needs.</summary>
        internal ClipFineTuneTrainer.Options FineTuning => new()
        {
            ModelPath = ModelPath,
            Training = Training,
            Head = Head,
            Columns = Columns,
            ExampleWeightColumnName = ExampleWeightColumnName,
            ValidationSet = ValidationSet,
            Scoring = Scoring,
            Snapshots = Snapshots,
            SkipBadImages = SkipBadImages,
            Device = Device,
            Progress = Progress,
            CancellationToken = CancellationToken,
        };
    }

    /// <summary>Settings of mixing two checkpoints that exist already. Immutable; vary with <c>with</c>.</summary>
    public sealed record MixtureOptions
    {
        /// <inheritdoc cref="Options.Alpha"/>
        /// <value>In [0, 1]. Default 0.5: the paper's choice when no target data can be used to choose.</value>
        public double Alpha { get; init => field = MixingCoefficient.Checked(value); } = MixingCoefficient.Default;

        /// <inheritdoc cref="Options.KeepEndPoints"/>
        public bool KeepEndPoints { get; init; } = true;

        /// <summary>The prompts for checkpoints that are CLIP models, and where the heads made of them are kept.</summary>
        public ZeroShotHeadOptions Head { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.Columns"/>
        public ScoringColumns Columns { get; init => field = ScoringColumns.Checked(value); } = new();

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.Scoring"/>
        public ScoringOptions Scoring { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.Device"/>
        public string? Device { get; init => field = DeviceChoice.Check(value, nameof(Device)); }

        /// <summary>Stops the reading.</summary>
        public CancellationToken CancellationToken { get; init; }
    }
}

using Microsoft.ML;
using WiseFt.Training;

namespace WiseFt.ML;

public sealed partial class ModelSoupEstimator
{
    /// <summary>Settings of a model soup. Immutable; vary with <c>with</c>.</summary>
    public sealed record Options
    {
        /// <inheritdoc cref="ClipFineTuneTrainer.Options.ModelPath"/>
        public required string ModelPath { get; init => field = Check.NotBlank(value); }

        /// <summary>The runs: all combinations of its values. Default none, which is one run of <see cref="Training"/>.</summary>
        public SoupGrid Grid { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

        /// <summary>What all runs have in common. Where neither it nor the grid has a seed, the context's decides, or 0.</summary>
        public FineTuningOptions Training { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

        /// <summary>Which runs the soup is made of. Default <see cref="SoupKind.Greedy"/>: it is never worse on the validation data than
        /// the best of them.</summary>
        public SoupKind Kind { get; init => field = Check.Defined(value); } = SoupKind.Greedy;

        /// <summary>Labelled images that are not trained on, with the same columns; the label may be text or a key of the same classes.
        /// They decide on a greedy soup, and every run is measured on them after every epoch. Default null: a part of the training data
        /// for a greedy soup, none for a uniform one.</summary>
        public IDataView? ValidationSet { get; init; }

        /// <summary>The share of the training data that a greedy soup without <see cref="ValidationSet"/> holds out, in (0, 1). Default
        /// 0.1.</summary>
        public double HoldoutFraction
        {
            get;
            init => field = value is > 0 and < 1 ? value : throw Check.Refuse(
                nameof(HoldoutFraction), nameof(HoldoutFraction), value, "the share of the training data to hold out, between 0 and 1");
        } = 0.1;

        /// <summary>Mixing coefficient alpha of theta = (1 - alpha) * zero-shot + alpha * soup.</summary>
        /// <value>In [0, 1]. Default 1: the soup itself.</value>
        public double Alpha { get; init => field = MixingCoefficient.Checked(value); } = 1;

        /// <summary>Whether the zero-shot model and the runs that joined are kept, also when the soup is saved, so that alpha and recipe
        /// can be changed later. Default true.</summary>
        /// <value>False: the soup's weights alone are kept, one model's memory.</value>
        public bool KeepIngredients { get; init; } = true;

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.Head"/>
        public ZeroShotHeadOptions Head { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.Columns"/>
        public ScoringColumns Columns { get; init => field = ScoringColumns.Checked(value); } = new();

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.ExampleWeightColumnName"/>
        public string? ExampleWeightColumnName { get; init => field = value is null ? null : Check.NotBlank(value); }

        /// <summary>How rows are scored, validation images too.</summary>
        public ScoringOptions Scoring { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

        /// <summary>Where and how often the runs save themselves, each in a sub-folder <c>runs/N</c>, with its fine-tuned model once it has
        /// ended. Default null: in a temporary folder, which goes when <c>Fit</c> ends.</summary>
        /// <remarks>A fit that finds runs of the same soup there trains only what is missing. With
        /// <see cref="SnapshotOptions.DeleteWhenDone"/>, the default, they go when the soup is made; without it
        /// <see cref="SoupRun.File"/> says where they are.</remarks>
        public SnapshotOptions? Snapshots { get; init; }

        /// <inheritdoc cref="ClipFineTuneTrainer.Options.SkipBadImages"/>
        public bool SkipBadImages { get; init; }

        /// <inheritdoc cref="ClipZeroShotEstimator.Options.Device"/>
        public string? Device { get; init => field = DeviceChoice.Check(value, nameof(Device)); }

        /// <summary>Is told about every optimiser step of every run, on the training thread. Default null.</summary>
        public IProgress<SoupProgress>? Progress { get; init; }

        /// <summary>Stops training before the next step.</summary>
        public CancellationToken CancellationToken { get; init; }

        /// <summary>The part of them that one run needs.</summary>
        internal ClipFineTuneTrainer.Options FineTuning(IDataView? validation) => new()
        {
            ModelPath = ModelPath,
            Training = Training,
            Head = Head,
            Columns = Columns,
            ExampleWeightColumnName = ExampleWeightColumnName,
            ValidationSet = validation,
            Scoring = Scoring,
            SkipBadImages = SkipBadImages,
            Device = Device,
        };
    }
}

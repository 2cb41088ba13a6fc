using System.Collections.Immutable;
using WiseFt.Classification;

namespace WiseFt.ML;

public sealed partial class ClipZeroShotEstimator
{
    /// <summary>Settings of <see cref="ClipZeroShotEstimator"/>. Immutable; vary with <c>with</c>.</summary>
    public sealed record Options
    {
        /// <summary>The CLIP model: whatever <see cref="ClipModel.Load"/> reads.</summary>
        public required string ModelPath { get; init => field = Check.NotBlank(value); }

        /// <summary>The label column, a key; it gives the classes and their order. Null, or absent from the data: <see cref="ClassNames"/> does. Default "Label".</summary>
        public string? LabelColumnName { get; init => field = value is null ? null : Check.NotBlank(value); } = "Label";

        /// <summary>The image column: text (a path), an image, or a vector of bytes. Default "ImagePath".</summary>
        public string ImageColumnName { get; init => field = Check.NotBlank(value); } = "ImagePath";

        /// <summary>The column of probabilities that is added. Default "Score".</summary>
        public string ScoreColumnName { get; init => field = Check.NotBlank(value); } = "Score";

        /// <summary>The column of predicted keys that is added. Default "PredictedLabel".</summary>
        public string PredictedLabelColumnName { get; init => field = Check.NotBlank(value); } = "PredictedLabel";

        /// <summary>The sentences around the class names. Default <see cref="PromptTemplates.ImageNet"/>, the paper's choice.</summary>
        public PromptTemplates Templates { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = PromptTemplates.ImageNet;

        /// <summary>The words for each class, in key order. Null (the default): the label column's key values are the words.</summary>
        public IReadOnlyList<string>? ClassNames { get; init => field = value is null ? null : Check.NotEmpty(value).ToImmutableArray(); }

        /// <summary>Images scored at once. At least 1; default 32.</summary>
        public int ScoringBatchSize { get; init => field = Check.AtLeast(value, 1); } = DefaultScoringBatchSize;

        /// <summary>In what the image encoder's products are computed when rows are scored. Default float32. In bfloat16 batches take about half the time on a GPU or a
        /// processor that has bfloat16 instructions (AVX512_BF16, AMX), more on others; probabilities differ in their third digit.</summary>
        public Precision ScoringPrecision { get; init => field = Check.Defined(value); }

        /// <summary>Where to compute: cpu, cuda, cuda:N or mps. Null (the default): as <c>mlContext.GpuDeviceId</c> says.</summary>
        public string? Device { get; init => field = DeviceChoice.Check(value, nameof(Device)); }

        /// <summary>Folder where zero-shot heads are kept, so that the same classes and templates are encoded once for a model. Null (the default): nowhere.</summary>
        public string? HeadCacheDirectory { get; init => field = value is null ? null : Check.NotBlank(value); }

        /// <summary>Is told how many prompts are encoded: classes times templates. Default null.</summary>
        public IProgress<WorkProgress>? Progress { get; init; }

        /// <summary>Stops the building of the head.</summary>
        public CancellationToken CancellationToken { get; init; }

        internal ScoringSettings Scoring => new(ScoringBatchSize, ScoringPrecision);

        internal ScoringColumns Columns => new(LabelColumnName, ImageColumnName, ScoreColumnName, PredictedLabelColumnName);
    }

    internal const int DefaultScoringBatchSize = 32;
}

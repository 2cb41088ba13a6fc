using System.Collections.Immutable;
using System.Text.Json.Serialization;
using WiseFt.Classification;
using WiseFt.Images;
using WiseFt.Models;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.ML;

/// <summary>What is saved of a classifier beside its weights.</summary>
internal sealed record ClassifierSettings
{
    /// <summary>The classes' names, in key order.</summary>
    public required ImmutableArray<string> ClassNames { get; init; }

    /// <summary>The type of the key values that the names are the text of.</summary>
    public required string KeyValueType { get; init; }

    /// <summary>The columns read and added.</summary>
    public required ScoringColumns Columns { get; init => field = ScoringColumns.Checked(value); }

    /// <summary>Images scored at once.</summary>
    public required int ScoringBatchSize { get => Scoring.BatchSize; init => Scoring = Scoring with { BatchSize = value }; }

    /// <summary>In what scoring computes; not written where it is float32, as it always was in models of earlier versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Precision ScoringPrecision { get => Scoring.Precision; init => Scoring = Scoring with { Precision = value }; }

    /// <summary>How rows are scored.</summary>
    [JsonIgnore]
    public ScoringOptions Scoring { get; private init; } = new();

    /// <summary>The image encoder's shape.</summary>
    public required VisionConfig Vision { get; init; }

    /// <summary>Length of the features.</summary>
    public required int EmbeddingDimension { get; init; }

    /// <summary>How images become pixels.</summary>
    public required ClipPreprocessor Preprocessor { get; init; }

    public static ClassifierSettings Of(ClassifierScorer scorer, ImageClassifier model) => new()
    {
        ClassNames = scorer.Labels.Names,
        KeyValueType = scorer.Labels.ValueType.Name,
        Columns = scorer.Columns,
        ScoringBatchSize = scorer.Scoring.BatchSize,
        ScoringPrecision = scorer.Scoring.Precision,
        Vision = model.Spec.Vision,
        EmbeddingDimension = model.Spec.EmbeddingDimension,
        Preprocessor = model.Preprocessor,
    };

    public ImageClassifier Create(ITensorSource weights, Device device) => new(Spec(), weights, device);

    public ClassifierSpec Spec() => new()
    {
        ClassNames = ClassNames, EmbeddingDimension = EmbeddingDimension, Vision = Vision, Preprocessor = Preprocessor,
    };

    public LabelKeys Labels() => new(ML.KeyValueType.Named(KeyValueType), ClassNames);
}

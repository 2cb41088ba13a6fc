using System.Text.Json.Serialization;
using WiseFt.Training;

namespace WiseFt;

/// <summary>Settings of fine-tuning. Immutable; vary with <c>with</c>.</summary>
/// <remarks>Defaults are the paper's recipe for ImageNet (section 4 and appendix D.2; the README of mlfoundations/wise-ft).</remarks>
public sealed record FineTuningOptions
{
    /// <summary>The recipe's epochs, peak learning rate and batch size, for those who have them as parameters.</summary>
    internal const int DefaultEpochs = 10, DefaultBatchSize = 512;

    /// <inheritdoc cref="DefaultEpochs"/>
    internal const double DefaultLearningRate = 3e-5;

    /// <summary>The warm-up of the paper's recipe, for runs that are long enough.</summary>
    internal const int RecipeWarmupSteps = 500;

    /// <summary>Which weights change. Default: end to end, which gains most from weight-space ensembling.</summary>
    public FineTuningMode Mode { get; init => field = Check.Defined(value); } = FineTuningMode.EndToEnd;

    /// <summary>How often every image is seen. At least 1; default 10.</summary>
    public int Epochs { get; init => field = Check.AtLeast(value, 1); } = DefaultEpochs;

    /// <summary>Learning rate at its peak, after the warm-up. Greater than 0;
    /// default 3e-5 (use about 1e-3 to 1e-2 for a linear classifier).</summary>
    public double LearningRate { get; init => field = Check.Positive(value); } = DefaultLearningRate;

    /// <summary>Images in an optimiser step. At least 1; default 512. The last batch of an epoch may be smaller and is used.</summary>
    public int BatchSize { get; init => field = Check.AtLeast(value, 1); } = DefaultBatchSize;

    /// <summary>Images in memory at once; a batch's gradient is summed over its parts. At least 1;
    /// default 32: a training run of ViT-B/32 takes 4.2 GB then (docs/cost.md).</summary>
    public int MicroBatchSize { get; init => field = Check.AtLeast(value, 1); } = 32;

    /// <summary>In what the encoder's products are computed in end-to-end mode. Default float32. bfloat16 is faster and takes less memory
    /// where the processor or GPU multiplies it (AVX-512 BF16, AMX; NVIDIA from Ampere on), and slower elsewhere;
    /// weights and optimiser stay float32.</summary>
    public Precision Precision
    {
        get;
        init => field = value != Precision.Int8
            ? Check.Defined(value)
            : throw Check.Refuse(nameof(Precision), nameof(Precision), value, "Float32 or BFloat16: 8 bits are for scoring");
    }

    /// <summary>Whether the image encoder's activations are computed again for the gradient instead of kept, in end-to-end mode: the same
    /// gradients, in less memory, for about a third more time. Default false. Not for a ModifiedResNet.</summary>
    [JsonIgnore] // decides no weight: a run may go on with it or without
    public bool ActivationCheckpointing { get; init; }

    /// <summary>Folder where the image features of a linear classifier's training are kept, under a hash of the images' content, the
    /// encoder's weights and the preprocessing: a run of the same reads from there the rows that a batch needs. Null (the default):
    /// encoded in every run, and kept in memory.</summary>
    [JsonIgnore]
    public string? FeatureCacheDirectory { get; init => field = value is null ? null : Check.NotBlank(value); }

    /// <summary>AdamW's decoupled weight decay, on every parameter, biases and norms included. At least 0; default 0.1.</summary>
    public double WeightDecay { get; init => field = Check.AtLeast(value, 0.0); } = 0.1;

    /// <summary>Steps in which the learning rate rises linearly. At least 0;
    /// null (the default) is 500, or a tenth of all steps where that is less.</summary>
    public int? WarmupSteps { get; init => field = value is int steps ? Check.AtLeast(steps, 0, nameof(WarmupSteps)) : null; }

    /// <summary>Share of a label's probability spread evenly over all classes. In [0, 1]; default 0.</summary>
    public double LabelSmoothing { get; init => field = Check.InRange(value, 0.0, 1.0); }

    /// <summary>What the images of each class count in the loss: <see cref="WiseFt.ClassWeights.Balanced"/> where classes with few images
    /// are to count as much as those with many, or a weight a class. Null (the default): every image counts the same.</summary>
    /// <remarks>An image counts the weight of its class times its own (<see cref="LabelledImages.ExampleWeights"/>), and a batch's loss is
    /// divided by what its images count together. A batch whose images all count 0 is a step with loss 0 and gradient 0: AdamW's running
    /// means and its decay go on.</remarks>
    public ClassWeights? ClassWeights { get; init; }

    /// <summary>Largest Euclidean norm of the gradient over all parameters; a longer one is scaled down to it.
    /// Greater than 0; default 1.</summary>
    public double ClipGradientNorm { get; init => field = Check.Positive(value); } = 1.0;

    /// <summary>After how many epochs in a row without a higher accuracy on the validation images training ends. At least 1; null (the
    /// default): all epochs are trained, and the last one's weights are the result.</summary>
    /// <remarks>With it the weights of the epoch with the highest accuracy are the result, of equal ones the earlier's, whether training
    /// ends early or not. The learning rate falls as for all <see cref="Epochs"/>. A run without validation images is refused.</remarks>
    public int? EarlyStoppingPatience
    {
        get;
        init => field = value is int epochs ? Check.AtLeast(epochs, 1, nameof(EarlyStoppingPatience)) : null;
    }

    /// <summary>Whether images are cropped at random, to 90 to 100 % of their area, in end-to-end mode. Default true;
    /// no flip, as in the recipe.</summary>
    public bool Augmentation { get; init; } = true;

    /// <summary>Whether each epoch has a new random order. Default true.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Decides the order and the crops. The same seed on the same machine gives the same weights bit for bit. Default 0.</summary>
    public int Seed { get => GivenSeed ?? 0; init => GivenSeed = value; }

    /// <summary>The seed, or null where none is given: a pipeline then has the context's.</summary>
    internal int? GivenSeed { get; private init; }

    internal bool RecomputesActivations => ActivationCheckpointing && Mode == FineTuningMode.EndToEnd;

    /// <summary>Optimiser steps altogether for a number of images.</summary>
    public int TotalSteps(int images) => checked(Epochs * StepsPerEpoch(images));

    /// <summary>Optimiser steps in an epoch for a number of images.</summary>
    internal int StepsPerEpoch(int images) => (Check.AtLeast(images, 1) - 1) / BatchSize + 1;

    /// <summary>The schedule of the learning rate for a number of images.</summary>
    internal CosineSchedule Schedule(int images)
    {
        int total = TotalSteps(images);
        return new CosineSchedule(LearningRate, WarmupSteps ?? Math.Min(RecipeWarmupSteps, total / 10), total);
    }
}

/// <summary>Which weights fine-tuning changes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FineTuningMode>))]
public enum FineTuningMode
{
    /// <summary>Image encoder and head.</summary>
    EndToEnd,

    /// <summary>The head alone, on features computed once.</summary>
    LinearClassifier,
}

using System.Collections.Immutable;
using System.Globalization;

namespace WiseFt;

/// <summary>A recipe that fits a data set, and why.</summary>
/// <remarks>
/// The paper's recipe (<see cref="FineTuningOptions"/>) is for ImageNet: 1.28 million images in batches of 512 make 25,000 steps, and 100
/// images make 10. What decides how far fine-tuning gets is the number of steps and the learning rate, so small data sets are given small
/// batches and more epochs; a linear classifier, whose weights are much larger than an encoder's, a higher rate. docs/small-data.md has
/// what was measured.
/// </remarks>
public sealed record FittedRecipe
{
    private const int SmallestBatch = 16, StepsAnEpoch = 20, WantedSteps = 200, MostEpochs = 30, FewSteps = 100, FewImages = 10;
    private const double LinearRate = 1e-2;

    private FittedRecipe()
    {
    }

    /// <summary>The recipe.</summary>
    public required FineTuningOptions Options { get; init; }

    /// <summary>Why it is so, in words.</summary>
    public required string Reason { get; init; }

    /// <summary>Finds the recipe for a number of images.</summary>
    /// <param name="images">Training images; at least 1.</param>
    /// <param name="mode">What is trained.</param>
    /// <returns>A batch size of 16 to 512, a power of two, that makes about 20 steps an epoch; 10 to 30 epochs, as many as make 200 steps;
    /// the paper's learning rate 3e-5 end to end and 1e-2 for a linear classifier. From 10,240 images on it is the paper's end to end.
    /// </returns>
    public static FittedRecipe For(int images, FineTuningMode mode = FineTuningMode.EndToEnd)
    {
        Check.AtLeast(images, 1);
        int batch = SmallestBatch;
        while (batch < FineTuningOptions.DefaultBatchSize && images / (2 * batch) >= StepsAnEpoch) batch *= 2;
        var options = new FineTuningOptions { Mode = mode, BatchSize = batch };
        if (mode == FineTuningMode.LinearClassifier) options = options with { LearningRate = LinearRate };
        int steps = options.StepsPerEpoch(images);
        int wanted = (WantedSteps + steps - 1) / steps;
        options = options with { Epochs = Math.Clamp(wanted, FineTuningOptions.DefaultEpochs, MostEpochs) };
        string why = mode == FineTuningMode.LinearClassifier ? "which moves a head alone" : "the paper's for all of CLIP";
        return new FittedRecipe
        {
            Options = options,
            Reason = FormattableString.Invariant(
                $"batch size {batch}, because {images} images then make {Steps(steps)} an epoch; {options.Epochs} epochs for ") +
                FormattableString.Invariant($"{Steps(options.TotalSteps(images))}; learning rate {options.LearningRate:0.###e+0}, {why}."),
        };
    }

    /// <summary>What to expect where a data set or a run is too small for fine-tuning to get far.</summary>
    /// <param name="options">The recipe.</param>
    /// <param name="images">Training images.</param>
    /// <param name="classes">Their classes; at least 1.</param>
    /// <returns>A sentence each; none where there is nothing to say.</returns>
    public static ImmutableArray<string> Warnings(FineTuningOptions options, int images, int classes)
    {
        ArgumentNullException.ThrowIfNull(options);
        var warnings = ImmutableArray.CreateBuilder<string>();
        int steps = options.TotalSteps(images);
        if (steps < FewSteps)
            warnings.Add(
                $"{Steps(steps)} {(steps == 1 ? "is" : "are")} few: expect a fine-tuned model that hardly differs from the " +
                "zero-shot one. More epochs or a smaller batch make more steps.");
        double each = (double)images / Check.AtLeast(classes, 1);
        if (each < FewImages)
            warnings.Add(
                each.ToString("0.#", CultureInfo.InvariantCulture) + " images a class are few: expect a small gain, which only a test " +
                "set of some hundred images can show, and a fine-tuned model that knows these images by heart. Keep alpha at 0.5 or " +
                "below.");
        return warnings.ToImmutable();
    }

    private static string Steps(int steps) => FormattableString.Invariant($"{steps} {(steps == 1 ? "step" : "steps")}");
}

using System.CommandLine;
using WiseFt.Evaluation;
using WiseFt.Training;

namespace WiseFt.Tool;

/// <summary>The flags of a recipe of fine-tuning, and where what is not given comes from.</summary>
internal static class RecipeFlags
{
    /// <summary>Flags that messages speak of.</summary>
    public const string Resume = "--resume", EarlyStopping = "--early-stopping";

    private const string Fitted = "what fits the data, see --recipe";

    /// <summary>The flags that every verb that trains has; those that only `train` has are added there.</summary>
    public static OptionSet<FineTuningOptions> Create() => new OptionSet<FineTuningOptions>(new())
        .Choice(
            "--mode", "What is trained: the whole image encoder with the head, or the head alone.",
            o => o.Mode, (o, mode) => o with { Mode = mode },
            ("end-to-end", FineTuningMode.EndToEnd), ("linear", FineTuningMode.LinearClassifier))
        .Number(
            "--epochs", "How often every image is seen.", o => o.Epochs, (o, epochs) => o with { Epochs = epochs }, Fitted)
        .Number("--lr", "Peak learning rate.", o => o.LearningRate, (o, rate) => o with { LearningRate = rate }, Fitted)
        .Number("--batch-size", "Images in an optimiser step.", o => o.BatchSize, (o, size) => o with { BatchSize = size }, Fitted)
        .Seed();

    /// <summary>All flags of a recipe, for verbs whose purpose is training.</summary>
    public static OptionSet<FineTuningOptions> ForTraining() => Create()
        .Number(
            "--micro-batch-size", "Images in memory at once; gradients are the same whatever it is.",
            o => o.MicroBatchSize, (o, size) => o with { MicroBatchSize = size })
        .Number("--weight-decay", "AdamW's decay, on every parameter.", o => o.WeightDecay, (o, decay) => o with { WeightDecay = decay })
        .Number(
            "--warmup", "Steps in which the learning rate rises; by default at most a tenth of all.",
            o => o.WarmupSteps ?? FineTuningOptions.RecipeWarmupSteps, (o, steps) => o with { WarmupSteps = steps })
        .Number(
            "--label-smoothing", "Share of a label spread over all classes.",
            o => o.LabelSmoothing, (o, share) => o with { LabelSmoothing = share })
        .Number(
            "--clip-gradient-norm", "Largest norm of the gradient.",
            o => o.ClipGradientNorm, (o, norm) => o with { ClipGradientNorm = norm })
        .Number(
            EarlyStopping,
            "End training after N epochs in a row without a higher accuracy on the validation images, and keep the weights of the " +
                "epoch with the highest, of equal ones the earlier's; the learning rate falls as for all epochs.",
            o => o.EarlyStoppingPatience ?? 1, (o, epochs) => o with { EarlyStoppingPatience = epochs },
            "all epochs are trained, and the last one's weights kept")
        .Switch("--no-augmentation", "Do not crop images at random.", (o, on) => o with { Augmentation = !on })
        .Switch("--no-shuffle", "Keep the images in the order of their paths.", (o, on) => o with { Shuffle = !on })
        .Choice(
            "--precision",
            "What the encoder's products are computed in: bfloat16 is faster where the processor or GPU multiplies it. " +
            "Weights stay float32.",
            o => o.Precision, (o, precision) => o with { Precision = precision },
            ("float32", Precision.Float32), ("bfloat16", Precision.BFloat16))
        .Switch(
            "--activation-checkpointing",
            "Compute activations again for the gradient instead of keeping them: less memory, a third more time.",
            (o, on) => o with { ActivationCheckpointing = on })
        .Text(
            "--feature-cache", "Folder where a linear classifier's image features are kept, so that they are encoded once.", "DIR",
            (o, folder) => o with { FeatureCacheDirectory = folder });

    /// <summary>Where a run saves itself. Snapshots are deleted only when the results are written; their folder lies in OUT.</summary>
    public static OptionSet<SnapshotOptions> Snapshots() =>
        new OptionSet<SnapshotOptions>(new() { Directory = ".checkpoints", DeleteWhenDone = false })
        .Switch(
            Resume, "Go on where a run that was stopped left off; its result is the same as without the stop.",
            (o, on) => o with { Resume = on })
        .Number(
            "--checkpoint-minutes", "Minutes between two checkpoints in OUT/.checkpoints; 0 for one after each step.",
            o => o.Every.TotalMinutes, (o, minutes) => o with { Every = TimeSpan.FromMinutes(minutes) });

    /// <summary>What the images of each class count.</summary>
    public static Option<string?> ClassWeights() => new("--class-weights")
    {
        Description = "What the images of each class count in the loss: `balanced` for all classes the same altogether, n / (classes * " +
            "images of the class), or a file with a line for each class: its name, a tab or a comma, and its weight (default: every " +
            "image the same).",
        HelpName = "balanced|FILE",
    };

    /// <summary>The weights of the classes, which are said.</summary>
    /// <param name="given">What <see cref="ClassWeights"/> says; null for nothing.</param>
    /// <param name="training">The training images.</param>
    public static ClassWeights? ReadClassWeights(string? given, LabelledImages training)
    {
        if (given is null) return null;
        ClassWeights weights = WiseFt.ClassWeights.Parse(given);
        var byWeight = training.ClassNames.Zip(weights.For(training), (name, weight) => (Name: name, Weight: weight))
            .OrderByDescending(c => c.Weight).ToArray();
        Output.Remark(FormattableString.Invariant(
            $"Class weights: from {byWeight[0].Weight:0.###} ({byWeight[0].Name}) to {byWeight[^1].Weight:0.###} ({byWeight[^1].Name})."));
        return weights;
    }

    /// <summary>The recipe that what is not given comes from.</summary>
    public static Option<string> Name() => Setting.Choice(
        "--recipe", "Where settings that are not given come from: auto fits them to the number of images and the mode, and says why; " +
            "paper takes the paper's for ImageNet (batches of 512, 10 epochs, 3e-5).", "auto", "auto", "paper");

    /// <summary>The recipe of a command line, which is said together with what to expect of it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="recipe">Its flags of a recipe.</param>
    /// <param name="name">Its flag that names one.</param>
    /// <param name="training">The training images.</param>
    public static FineTuningOptions Read(
        ParseResult parsed, OptionSet<FineTuningOptions> recipe, Option<string> name, LabelledImages training)
    {
        FittedRecipe? fitted = parsed.GetRequiredValue(name) == "paper" ? null : FittedRecipe.For(training.Count, recipe.Read(parsed).Mode);
        FineTuningOptions options = recipe.Read(parsed, fitted?.Options);
        if (fitted is not null && Parts(options) == Parts(fitted.Options)) Output.Remark($"Recipe that fits the data: {fitted.Reason}");
        else
            Output.Remark(FormattableString.Invariant(
                $"Recipe: batch size {options.BatchSize}, {Output.Count(options.Epochs, "epoch")}, ") +
                FormattableString.Invariant($"learning rate {options.LearningRate:0.###e+0}."));
        foreach (string warning in FittedRecipe.Warnings(options, training.Count, training.ClassNames.Count))
            Output.Remark("warning: " + warning);
        return options;

        static (int, int, double) Parts(FineTuningOptions o) => (o.BatchSize, o.Epochs, o.LearningRate);
    }

    /// <summary>The seed of a recipe.</summary>
    public static OptionSet<FineTuningOptions> Seed(this OptionSet<FineTuningOptions> recipe) => recipe.Number(
        "--seed", "Decides the order of the images and their crops.", o => o.Seed, (o, seed) => o with { Seed = seed });
}

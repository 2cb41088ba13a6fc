using System.CommandLine;

namespace WiseFt.Tool;

/// <summary>The flags of a recipe of fine-tuning, and where what is not given comes from.</summary>
internal static class RecipeFlags
{
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

using System.Collections.Immutable;
using WiseFt.Classification;
using WiseFt.Ensembling;
using WiseFt.Files;
using WiseFt.Merging;
using WiseFt.Tensors;

namespace WiseFt;

/// <summary>Makes one model of several, as a recipe says.</summary>
public static class Merge
{
    /// <summary>Merges models on disk.</summary>
    /// <param name="recipe">What to merge and how.</param>
    /// <param name="output">A safetensors file where the models are files, or a folder in the base's layout where they are folders; it
    /// appears whole or not at all. A file that is there is replaced, a folder must be new or empty.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="cancel">Stops it; nothing is left behind then.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="ArgumentException">The recipe is not whole, or the output's name is of the wrong kind.</exception>
    /// <exception cref="FileNotFoundException">There is no such model.</exception>
    /// <exception cref="CheckpointException">A model is of no known format, or damaged.</exception>
    /// <exception cref="WeightMismatchException">Names or shapes differ, weights are quantised, or integers differ.</exception>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    /// <remarks>Of each model one tensor at most is in memory, and blocks of 65,536 numbers where a method has coefficients.
    /// The same recipe on the same files gives the same bytes.</remarks>
    public static MergeOutcome Run(
        MergeRecipe recipe, string output, IProgress<MergeProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        Check.NotBlank(output);
        using MergeSources sources = MergeSources.Open(recipe, In(progress, MergePhase.Head), cancel);
        RequireOutput(sources, output);
        using var run = new MergeRun(sources, progress, cancel);
        return MergedModel.IsFolder(sources) ? run.ToFolder(output) : run.ToFile(output);
    }

    /// <summary>Merges weights in memory.</summary>
    /// <param name="recipe">What to merge and how: its models are names among the weights. It may neither search nor evaluate nor
    /// recalibrate, and its method looks at no images.</param>
    /// <param name="models">Weights by name.</param>
    /// <returns>New weights, the same as those of the same models on disk, bit for bit.</returns>
    /// <exception cref="ArgumentException">The recipe needs images, or is not whole.</exception>
    /// <exception cref="KeyNotFoundException">A model of the recipe is not among the weights.</exception>
    /// <exception cref="WeightMismatchException">Names or shapes differ.</exception>
    public static Weights Run(MergeRecipe recipe, IReadOnlyDictionary<string, Weights> models)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(models);
        if (LooksAtImages(recipe))
            throw new ArgumentException(
                "The recipe looks at images, for which models must lie on disk. Leave `search`, `evaluate` and `recalibrate` out, and " +
                "take a method other than " +
                $"{string.Join(", ", MergeMethodInfo.All.Where(m => ImageMethods.Has(m.Method)).Select(m => m.Name))}.",
                nameof(recipe));
        using MergeSources sources = MergeSources.Of(recipe, models);
        using var run = new MergeRun(sources, null, CancellationToken.None);
        return run.ToWeights();
    }

    /// <summary>Measures what a merge would do, and writes nothing.</summary>
    /// <param name="recipe">What to merge and how.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="cancel">Stops it.</param>
    /// <inheritdoc cref="Run(MergeRecipe, string, IProgress{MergeProgress}, CancellationToken)" path="/exception"/>
    public static MergeSurvey Survey(MergeRecipe recipe, IProgress<MergeProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        using MergeSources sources = MergeSources.Open(recipe, In(progress, MergePhase.Head), cancel);
        using var run = new MergeRun(sources, progress, cancel);
        return run.Survey();
    }

    /// <summary>Whether a recipe needs images, and so models on disk.</summary>
    internal static bool LooksAtImages(MergeRecipe recipe) => ImageMethods.Has(recipe.Method)
        || recipe.Search is not null || recipe.Evaluate is not null || recipe.Recalibrate is not null;

    /// <summary>Progress of a phase.</summary>
    internal static IProgress<WorkProgress>? In(IProgress<MergeProgress>? progress, MergePhase phase) =>
        progress is null ? null : new PhaseProgress(progress, phase);

    private static void RequireOutput(MergeSources sources, string output)
    {
        bool isFile = output.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase);
        if (isFile == MergedModel.IsFolder(sources))
            throw new ArgumentException(
                isFile
                    ? $"The output is {output}, a file, and {sources.KeeperPath} is a folder. Expected the name of a new folder: it gets " +
                        "the configuration too."
                    : $"The output is {output}, and {sources.KeeperPath} is a file. Expected a name that ends in .safetensors.",
                nameof(output));
    }

    private sealed class PhaseProgress(IProgress<MergeProgress> progress, MergePhase phase) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => progress.Report(new MergeProgress(phase, value));
    }
}

using System.Collections.Immutable;
using WiseFt.Ensembling;
using WiseFt.Files;
using WiseFt.Training;
using static TorchSharp.torch;

namespace WiseFt;

/// <summary>Model soups: one zero-shot model fine-tuned with many settings, and the mean of what comes out.</summary>
/// <remarks>
/// Runs that start from one model with one head lie in one basin of the loss, and the mean of their weights is as fast as one of them and
/// usually more accurate, under distribution shift too. Source: Wortsman et al., Model soups (arXiv 2203.05482).
/// </remarks>
public static class ModelSoup
{
    private const string LockName = ".lock", FeaturesFolder = ".features";

    /// <summary>Trains the runs, one after the other, each into a folder of its own: <c>runs/N</c> with <c>finetuned.safetensors</c> and
    /// <c>config.json</c>.</summary>
    /// <param name="zeroShot">Where every run starts; it stays as it is.</param>
    /// <param name="training">Images of its classes.</param>
    /// <param name="validation">Images to measure every run on after every epoch; null for none.</param>
    /// <param name="recipes">The settings of each run: <see cref="SoupGrid.Expand"/>.</param>
    /// <param name="snapshots">The soup's folder, and how often the run that is trained saves itself, in <c>runs/N/.checkpoints</c>. With
    /// <see cref="SnapshotOptions.Resume"/>, runs that have ended there are not trained again, and one that was stopped goes on.</param>
    /// <param name="progress">Is told about every step of every run.</param>
    /// <param name="cancel">Stops before the next step, after a snapshot of the last one.</param>
    /// <returns>The runs in order; which of them join is not decided yet. In memory is one fine-tuned model at a time.</returns>
    /// <exception cref="ArgumentException">There is no run, or what <see cref="FineTuner"/> refuses.</exception>
    /// <exception cref="CheckpointException">The folder holds runs and the snapshots do not say to go on, or those of another soup.
    /// </exception>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    /// <exception cref="FineTuningException">A run has diverged. Those that have ended stay.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static ImmutableArray<SoupRun> Train(
        ImageClassifier zeroShot, LabelledImages training, LabelledImages? validation, IReadOnlyList<FineTuningOptions> recipes,
        SnapshotOptions snapshots, IProgress<SoupProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(zeroShot);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(snapshots);
        Check.NotEmpty(recipes);
        if (SoupRunFolder.AnyIn(snapshots.Directory) && !snapshots.Resume)
            throw new CheckpointException(
                $"{snapshots.Directory} holds runs of a soup already. Set {nameof(SnapshotOptions)}.{nameof(SnapshotOptions.Resume)} to " +
                "go on with them, or take another folder.");
        using IDisposable taken = FolderLock.Take(snapshots.Directory, LockName);
        TrainingIdentity[] identities = Identities(zeroShot, training, validation, recipes, cancel);
        SoupRunFolder[] folders = [.. recipes.Select((_, i) => SoupRunFolder.Of(snapshots.Directory, i + 1))];
        SoupRun?[] finished = [.. folders.Zip(identities, (folder, run) => folder.Find(run))]; // before hours are spent on the others
        string features = Path.Combine(snapshots.Directory, FeaturesFolder); // a linear classifier's, which all runs have in common
        var runs = ImmutableArray.CreateBuilder<SoupRun>(recipes.Count);
        foreach (var (i, recipe) in recipes.Index())
        {
            if (finished[i] is { } done)
            {
                progress?.Report(new SoupProgress(i + 1, recipes.Count, recipe, null));
                runs.Add(done with { Options = recipe });
                continue;
            }
            var steps = new Steps(step => progress?.Report(new SoupProgress(i + 1, recipes.Count, recipe, step)));
            using ImageClassifier fineTuned = FineTuner.Run(
                zeroShot, training, recipe with { FeatureCacheDirectory = recipe.FeatureCacheDirectory ?? features },
                folders[i].Snapshots(snapshots), validation, steps, cancel);
            runs.Add(folders[i].Keep(fineTuned, identities[i], recipe, steps.Accuracy));
        }
        if (Directory.Exists(features)) Directory.Delete(features, recursive: true);
        return runs.ToImmutable();
    }

    /// <summary>Decides which runs the soup is made of.</summary>
    /// <param name="runs">What <see cref="Train"/> gave.</param>
    /// <param name="kind">By which rule.</param>
    /// <param name="validation">The images that decide on a greedy soup, on which no run was trained; a uniform one needs none.</param>
    /// <param name="options">How they are scored; null for the defaults.</param>
    /// <param name="device">Where to compute; the CPU if null.</param>
    /// <param name="progress">Is told how many images are scored, each once a mixture.</param>
    /// <param name="cancel">Stops between two batches.</param>
    /// <exception cref="ArgumentException">There is no run, or a greedy soup has no images to decide on.</exception>
    /// <inheritdoc
    ///     cref="GreedySoup.Run(IReadOnlyList{string}, LabelledImages, SoupOptions, Device, IProgress{WorkProgress}, CancellationToken)"
    ///     path="/exception[position() > 1]"/>
    public static ModelSoupResult Choose(
        IReadOnlyList<SoupRun> runs, SoupKind kind, LabelledImages? validation, SoupOptions? options = null, Device? device = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        Check.NotEmpty(runs);
        if (Check.Defined(kind) == SoupKind.Uniform)
            return new ModelSoupResult { Kind = kind, Runs = [.. runs.Select(r => r with { Joined = true })] };
        if (validation is null)
            throw new ArgumentException(
                "A greedy soup is chosen by accuracy on images that no run was trained on, and there are none. Give validation images, " +
                "or make a uniform soup.", nameof(validation));
        GreedySoupResult chosen = GreedySoup.Run([.. runs.Select(r => r.File!)], validation, options, device, progress, cancel);
        return new ModelSoupResult
        {
            Kind = kind,
            Runs = [.. chosen.Candidates.OrderBy(c => c.Index).Select(c =>
                runs[c.Index] with { ValidationAccuracy = c.Accuracy, Joined = c.Joined })],
            Accuracy = chosen.Accuracy,
        };
    }

    private static TrainingIdentity[] Identities(
        ImageClassifier zeroShot, LabelledImages training, LabelledImages? validation, IReadOnlyList<FineTuningOptions> recipes,
        CancellationToken cancel)
    {
        TrainingIdentity first = TrainingIdentity.Of(zeroShot, training, TrainingImageList.Of(training, cancel), recipes[0]);
        string? deciding = TrainingImageList.OfDeciding(validation, recipes[0], cancel); // early stopping is the same in all runs
        return [.. recipes.Select(recipe => first.With(recipe) with { ValidationSha256 = deciding })];
    }

    /// <summary>Keeps the accuracy of the epoch whose weights a run ends with.</summary>
    private sealed class Steps(Action<FineTuningStep> next) : IProgress<FineTuningStep>
    {
        private readonly List<double> _epochs = [];

        public double? Accuracy { get; private set; }

        public void Report(FineTuningStep value)
        {
            if (value.Validation is { } measured)
            {
                _epochs.Add(measured.Accuracy);
                Accuracy = _epochs[value.KeptEpoch ?? _epochs.Count - 1];
            }
            next(value);
        }
    }
}

using WiseFt.Evaluation;
using WiseFt.Files;
using WiseFt.Models;
using WiseFt.Training;
using static TorchSharp.torch;

namespace WiseFt.Runs;

/// <summary>What a training run is made of, and its phases, each with a progress of its own: zero-shot head, fine-tuning, files.</summary>
internal sealed record TrainingRun
{
    /// <summary>Path of the CLIP model, or its name on the Hub.</summary>
    public required string Model { get; init; }

    /// <summary>Prompt templates of the zero-shot head.</summary>
    public required PromptTemplates Templates { get; init; }

    /// <summary>The words for the classes in the prompts; null for the class names.</summary>
    public IReadOnlyList<string>? Words { get; init; }

    /// <summary>The recipe.</summary>
    public FineTuningOptions Options { get; init; } = new();

    /// <summary>Images to measure on after every epoch; null for none.</summary>
    public LabelledImages? Validation { get; init; }

    /// <summary>Mixing coefficient of the mixture that is written, in [0, 1].</summary>
    public double Alpha { get; init => field = MixingCoefficient.Checked(value); } = MixingCoefficient.Default;

    /// <summary>Where to compute; the CPU if null.</summary>
    public Device? Device { get; init; }

    /// <summary>What is known better than the model's files say it.</summary>
    public ClipOverrides Overrides { get; init; } = new();

    /// <summary>Is told what nothing in the model's files says and was assumed; null for nobody.</summary>
    public IProgress<string>? Notes { get; init; }

    /// <summary>Where the run saves itself on its way; null for nowhere.</summary>
    public SnapshotOptions? Snapshots { get; init; }

    /// <summary>Where zero-shot heads are kept; null for nowhere.</summary>
    public string? HeadCache { get; init; }

    /// <summary>The zero-shot classifier of the CLIP model; the caller disposes it.</summary>
    /// <param name="classNames">The classes in the order of its logits.</param>
    /// <param name="progress">Is told how many prompts are encoded.</param>
    /// <param name="cancel">Stops between prompts.</param>
    public ImageClassifier BuildZeroShot(IReadOnlyList<string> classNames, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        using ClipModel clip = ClipModel.Open(Model, Overrides, Device);
        foreach (string assumption in clip.Assumptions) Notes?.Report("assumed: " + assumption);
        return ZeroShotHead.Build(clip, classNames, Templates, Words, HeadCache, progress, cancel);
    }

    /// <summary>The fine-tuned classifier; the caller disposes it.</summary>
    /// <param name="zeroShot">Where training starts.</param>
    /// <param name="training">The training images.</param>
    /// <param name="trace">Gets every step before it is told.</param>
    /// <param name="progress">Is told about every step, those of a run that goes on first.</param>
    /// <param name="cancel">Stops before the next step; nothing but a snapshot is left behind then.</param>
    public ImageClassifier FineTune(
        ImageClassifier zeroShot, LabelledImages training, TrainingTrace trace, IProgress<FineTuningStep>? progress,
        CancellationToken cancel) =>
        FineTuner.Run(zeroShot, training, Options, Snapshots, Validation, new Tracing(trace, progress), cancel);

    /// <summary>Writes both end points, the mixture, the settings and the trace.</summary>
    /// <param name="folder">Where to; created where missing.</param>
    /// <param name="zeroShot">The model at alpha 0.</param>
    /// <param name="fineTuned">The model at alpha 1.</param>
    /// <param name="training">The training images.</param>
    /// <param name="trace">What <see cref="FineTune"/> wrote.</param>
    /// <param name="more">Writes what else belongs to the results into the folder that it is given, which has the end points.</param>
    /// <exception cref="IOException">A file cannot be written; the folder is as it was.</exception>
    public void Save(
        string folder, ImageClassifier zeroShot, ImageClassifier fineTuned, LabelledImages training, TrainingTrace trace,
        Action<string>? more = null)
    {
        if (Directory.Exists(folder)) AtomicFile.DeleteHalfWritten(folder);
        string? images = Snapshots is null ? null : TrainingSnapshots.ImagesOf(Snapshots.Directory)?.Sha256();
        TrainedModel.Settings settings = Describe(training, images, CancellationToken.None) with { KeptEpoch = trace.KeptEpoch };
        TrainedModel.Save(folder, zeroShot, fineTuned, settings, trace.ToString(), more);
    }

    /// <summary>Whether the run has ended in a folder already.</summary>
    /// <param name="finished">The folder's settings.</param>
    /// <param name="training">The training images.</param>
    /// <param name="cancel">Stops between images.</param>
    /// <exception cref="CheckpointException">The folder is of another run; the message says in what.</exception>
    public void RequireSame(TrainedModel.Settings finished, LabelledImages training, CancellationToken cancel)
    {
        string[] differences =
            [.. finished.Differences(Describe(training, TrainingImageList.Of(training, cancel).Sha256(), cancel))];
        if (differences.Length > 0)
            throw new CheckpointException($"The run that has ended there is another one: {string.Join("; ", differences)}.");
    }

    /// <summary>Deletes the snapshots: to be called when all results are on disk, and not before.</summary>
    public void DeleteSnapshots()
    {
        if (Snapshots is not null) TrainingSnapshots.Delete(Snapshots.Directory);
    }

    private TrainedModel.Settings Describe(LabelledImages training, string? imagesSha256, CancellationToken cancel) => new()
    {
        ClassNames = [.. training.ClassNames],
        PromptWords = [.. Words ?? training.ClassNames],
        Templates = [.. Templates],
        Alpha = Alpha,
        Options = Options,
        Model = Path.Exists(Model) ? Path.GetFullPath(Model) : Model,
        Vocabulary = Overrides.VocabularyPath,
        Activation = Overrides.Activation,
        StateDict = Overrides.StateDict,
        Images = training.Count,
        ImagesSha256 = imagesSha256,
        ValidationSha256 = TrainingImageList.OfDeciding(Validation, Options, cancel),
        ModelSha256 = TrainedModel.HashOf(Model),
    };

    /// <summary>Writes a step down before it is told.</summary>
    private sealed class Tracing(TrainingTrace trace, IProgress<FineTuningStep>? next) : IProgress<FineTuningStep>
    {
        public void Report(FineTuningStep value)
        {
            trace.Add(value);
            next?.Report(value);
        }
    }
}

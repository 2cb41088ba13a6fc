using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.Evaluation;
using WiseFt.Files;
using WiseFt.Runs;
using WiseFt.Training;

namespace WiseFt.Tool;

/// <summary>The long parts of several verbs' work, each under its progress bar, and the files that training leaves.</summary>
internal static class Phases
{
    private const string LockName = ".lock";

    /// <summary>Trains, writes the results, and goes on with both end points.</summary>
    /// <param name="run">The run.</param>
    /// <param name="training">The training images.</param>
    /// <param name="output">Folder for the results; null to keep nothing.</param>
    /// <param name="curve">Gets what each epoch gives on validation images; null where nobody wants to know.</param>
    /// <param name="then">What to do with the zero-shot and the fine-tuned classifier.</param>
    /// <param name="cancel">Stops before the next step; nothing but a snapshot is left behind then.</param>
    public static T Train<T>(
        TrainingRun run, LabelledImages training, string? output, List<ValidationResult>? curve,
        Func<ImageClassifier, ImageClassifier, T> then, CancellationToken cancel)
    {
        var trace = new TrainingTrace();
        if (output is not null) RequireTemporaryFolder();
        // Until all results are on disk: a second run into the same folder would mix its files with these.
        using IDisposable? taken = output is null ? null : FolderLock.Take(output, LockName);
        using ImageClassifier zeroShot = ClassifierSource.BuildZeroShot(run, training.ClassNames, cancel);
        FineTuningStep? last = null;
        using ImageClassifier fineTuned = Tracker.Run("Fine-tuning", "images", bar =>
        {
            IProgress<FineTuningStep> steps = bar.Steps((long)training.Count * run.Options.Epochs, curve);
            return run.FineTune(zeroShot, training, trace, new Reporter<FineTuningStep>(step => steps.Report(last = step)), cancel);
        });
        if (last?.KeptEpoch is not null) Output.Remark(EarlyStopping.Outcome(last, run.Options));
        if (output is not null)
        {
            run.Save(output, zeroShot, fineTuned, training, trace, staging => WritePipeline(staging, zeroShot.ClassNames, run.Alpha));
            run.DeleteSnapshots(); // all is on disk: only now
        }
        return then(zeroShot, fineTuned);
    }

    /// <summary>Measures mixtures of two models.</summary>
    public static RobustnessReport Sweep(
        ImageClassifier zeroShot, ImageClassifier fineTuned, LabelledImages reference, IReadOnlyList<DistributionShift> shifts,
        AlphaSweepOptions options, CancellationToken cancel, SweepJournal? journal = null) => Tracker.Run(
            options.Alphas.Length == 1 ? "Evaluating" : $"Evaluating {options.Alphas.Length} mixtures", "images",
            bar => AlphaSweep.Run(zeroShot, fineTuned, reference, shifts, options, journal, bar, cancel));

    /// <summary>Writes the mixture and the ML.NET model of a trained folder at another coefficient.</summary>
    public static void SetAlpha(string folder, double alpha)
    {
        if (!TrainedModel.IsIn(folder))
            throw new CheckpointException($"{folder} holds no trained model. Expected a folder that `wiseft train --output` wrote.");
        using IDisposable taken = FolderLock.Take(folder, LockName);
        TrainedModel.SetAlpha(folder, alpha, (into, classNames) => WritePipeline(into, classNames, alpha));
    }

    /// <summary>Deletes what a run that was killed after its end left besides its results.</summary>
    /// <exception cref="IOException">It has not been killed, and still measures them.</exception>
    public static void CleanUp(string folder)
    {
        using IDisposable taken = FolderLock.Take(folder, LockName); // which goes with it
        AtomicFile.DeleteHalfWritten(folder);
    }

    /// <summary>The files of a finished run, which a second one would replace.</summary>
    public static IReadOnlyList<string> Results { get; } =
    [
        TrainedModel.ZeroShotFile, TrainedModel.FineTunedFile, TrainedModel.MixtureFile, TrainedModel.PipelineZip, TrainedModel.TraceFile,
        TrainedModel.SettingsFile,
    ];

    // ML.NET writes a model by way of files there: better known before training than after.
    private static void RequireTemporaryFolder()
    {
        string folder = Path.GetTempPath();
        try
        {
            using FileStream probe = new(
                Path.Combine(folder, $"wiseft.{Guid.NewGuid():N}.tmp"), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1,
                FileOptions.DeleteOnClose);
            probe.WriteByte(0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"The folder for temporary files, {folder}, cannot be written ({e.Message.TrimEnd('.')}), and saving the model needs it. " +
                $"Set {(OperatingSystem.IsWindows() ? "TEMP" : "TMPDIR")} to a folder that can.", e);
        }
    }

    /// <summary>Writes a trained folder's model as an ML.NET pipeline: path and label in, scores and the predicted class out.</summary>
    private static void WritePipeline(string folder, IReadOnlyList<string> classNames, double alpha)
    {
        string zeroShot = Path.Combine(folder, TrainedModel.ZeroShotFile), fineTuned = Path.Combine(folder, TrainedModel.FineTunedFile);
        var mlContext = new MLContext();
        // A row a class, in order: fitting the key map on them gives the keys the order of the classes.
        IDataView classes = mlContext.Data.LoadFromEnumerable(classNames.Select(name => new Row { Label = name }));
        using TransformerChain<Microsoft.ML.Transforms.KeyToValueMappingTransformer> model =
            mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.WiseFt(zeroShot, fineTuned, alpha))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(classes);
        AtomicFile.Write(Path.Combine(folder, TrainedModel.PipelineZip), stream => mlContext.Model.Save(model, classes.Schema, stream));
    }

    private sealed class Row
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }
}

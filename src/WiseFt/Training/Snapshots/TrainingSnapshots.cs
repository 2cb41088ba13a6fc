using System.Diagnostics;
using WiseFt.Files;

namespace WiseFt.Training;

/// <summary>The snapshots of one run: saves when it is time, keeps the newest few, and finds the newest whole one again.</summary>
internal sealed class TrainingSnapshots : IDisposable
{
    private const string LockName = "lock", ImagesName = "images.jsonl";

    private readonly SnapshotOptions _options;
    private readonly TrainingIdentity _run;
    private readonly IDisposable _lock;
    private readonly Stopwatch _sinceSaved = Stopwatch.StartNew();
    private SafetensorsFile? _found;
    private string? _newest;
    private int _savedSteps;

    private TrainingSnapshots(SnapshotOptions options, TrainingIdentity run, IDisposable @lock) =>
        (_options, _run, _lock) = (options, run, @lock);

    /// <summary>The newest whole snapshot in words, for an error message.</summary>
    public string LastGood => _newest is null ? "No checkpoint has been written yet." : $"The last good checkpoint is {_newest}.";

    /// <summary>Whether a folder holds snapshots of a run that has not ended.</summary>
    public static bool Exist(string folder) => Files(folder).Length > 0;

    /// <summary>The images of the run whose snapshots a folder holds; null where there are none.</summary>
    public static TrainingImageList? ImagesOf(string folder) => TrainingImageList.TryRead(Path.Combine(folder, ImagesName));

    /// <summary>Takes the folder for a run.</summary>
    /// <exception cref="CheckpointException">The folder holds snapshots and the options do not say to go on;
    /// they are of another run; or none is whole.</exception>
    /// <exception cref="IOException">The folder cannot be written to, or another run uses it.</exception>
    public static TrainingSnapshots Open(
        SnapshotOptions options, ImageClassifier zeroShot, LabelledImages training, FineTuningOptions recipe, LabelledImages? validation,
        CancellationToken cancel)
    {
        return FolderLock.Take(options.Directory, LockName).OrDispose(taken =>
        {
            if (Exist(options.Directory) && !options.Resume)
                throw new CheckpointException(
                    $"{options.Directory} holds {Files(options.Directory).Length} checkpoints of a run that has not ended (the newest: " +
                    $"{Path.GetFileName(Files(options.Directory)[0])}). Set {nameof(SnapshotOptions)}.{nameof(SnapshotOptions.Resume)} " +
                    "to go on from there, or delete the folder to start anew.");
            AtomicFile.DeleteHalfWritten(options.Directory);
            TrainingImageList images = TrainingImageList.Of(training, cancel);
            TrainingIdentity run = TrainingIdentity.Of(zeroShot, training, images, recipe) with
            {
                ValidationSha256 = TrainingImageList.OfDeciding(validation, recipe, cancel),
            };
            var snapshots = new TrainingSnapshots(options, run, taken);
            snapshots.Find(images);
            images.Write(snapshots.At(ImagesName));
            return snapshots;
        });
    }

    /// <summary>Takes over the newest whole snapshot, if there is one to go on from.</summary>
    public void Restore(TrainingState state, int totalSteps)
    {
        if (_found is null) return;
        state.Restore(_found, totalSteps);
        _found.Dispose();
        _found = null;
        _savedSteps = state.Steps;
        Note(FormattableString.Invariant($"Going on after step {state.Steps} of {totalSteps}, from {_newest}."));
    }

    /// <summary>Saves if enough steps or time have gone by since the last time.</summary>
    public void SaveIfDue(TrainingState state, Action requireSound)
    {
        if (state.Steps - _savedSteps >= _options.EverySteps || _sinceSaved.Elapsed >= _options.Every) Save(state, requireSound);
    }

    /// <summary>Saves, unless that is done for this step already.</summary>
    /// <param name="state">The run.</param>
    /// <param name="requireSound">Throws where the state is not worth going on from.</param>
    /// <exception cref="IOException">It cannot be written; nothing is left of it, and the one before stays.</exception>
    public void Save(TrainingState state, Action requireSound)
    {
        if (state.Steps == _savedSteps) return;
        requireSound();
        string path = At(SnapshotFile.Name(state.Steps));
        try
        {
            SnapshotFile.Write(path, state, _run);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                FormattableString.Invariant($"The checkpoint of step {state.Steps} cannot be written: {e.Message} {LastGood}"), e)
            {
                HResult = e.HResult,
            };
        }
        (_newest, _savedSteps) = (path, state.Steps);
        _sinceSaved.Restart();
        foreach (string old in Files(_options.Directory).Skip(_options.Keep)) DeleteOld(old);
    }

    /// <summary>Ends the run: its snapshots go, where the options say so.</summary>
    public void Finish()
    {
        Dispose();
        if (_options.DeleteWhenDone) Delete(_options.Directory);
    }

    /// <summary>Deletes a run's snapshots, if there are any, and the folder where nothing else is in it.</summary>
    public static void Delete(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (string file in Files(folder)) File.Delete(file);
        File.Delete(Path.Combine(folder, ImagesName));
        if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }

    /// <summary>Lets go of the folder. May be called again.</summary>
    public void Dispose()
    {
        _found?.Dispose();
        _lock.Dispose();
    }

    private void Find(TrainingImageList images)
    {
        string[] files = Files(_options.Directory);
        foreach (string path in files)
            try
            {
                var (file, run) = SnapshotFile.Open(path);
                (_found, _newest) = (file, path);
                RequireSame(run, images);
                return;
            }
            catch (CheckpointException damaged) when (_found is null)
            {
                Note($"Passed over a checkpoint: {damaged.Message}");
            }
        if (files.Length > 0)
            throw new CheckpointException(
                $"{_options.Directory}: none of {files.Length} checkpoints is whole (the newest: {Path.GetFileName(files[0])}). " +
                "Delete the folder to start anew.");
        if (_options.Resume) Note($"{_options.Directory} holds no checkpoint: training starts from the beginning.");
    }

    private void RequireSame(TrainingIdentity run, TrainingImageList images)
    {
        List<string> differences = [.. run.Differences(_run)];
        if (run.ImagesSha256 != _run.ImagesSha256) differences.Add(ImageDifference(run, images));
        if (differences.Count > 0)
        {
            _found!.Dispose();
            throw new CheckpointException(
                $"{_newest} is of another run and cannot be gone on from: {string.Join("; ", differences)}. " +
                $"Go on with what that run began with, or delete {_options.Directory} to start anew.");
        }
        if (run.Machine != _run.Machine)
            Note(
                $"The checkpoint was written on {run.Machine}; this is {_run.Machine}. " +
                "The weights may differ in their last bits from those of a run on one machine.");
    }

    private string ImageDifference(TrainingIdentity run, TrainingImageList images)
    {
        string counts = FormattableString.Invariant($"of the training images, {run.Images} then and {_run.Images} now, ");
        return counts + (TrainingImageList.TryRead(At(ImagesName))?.Differences(images) ?? "some are others");
    }

    private void DeleteOld(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Note($"{path} cannot be deleted: {e.Message} It will be tried again.");
        }
    }

    private string At(string name) => Path.Combine(_options.Directory, name);

    private void Note(string text) => _options.Notes?.Report(text);

    /// <summary>Snapshots, the newest first.</summary>
    private static string[] Files(string folder) => Directory.Exists(folder)
        ? [.. Directory.GetFiles(folder).Where(f => SnapshotFile.Steps(f) is not null).OrderByDescending(f => SnapshotFile.Steps(f))]
        : [];
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using WiseFt.Files;
using WiseFt.Runs;
using WiseFt.Training;

namespace WiseFt.Ensembling;

/// <summary>The folder of one run of a soup: its snapshots while it is trained, and then its fine-tuned classifier and what it was trained
/// with.</summary>
internal sealed class SoupRunFolder
{
    /// <summary>The folder of all runs, in the soup's.</summary>
    public const string RunsFolder = "runs";

    private const string SettingsFile = "config.json", SnapshotsFolder = ".checkpoints";

    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    private readonly string _folder;
    private readonly int _number;

    private SoupRunFolder(string folder, int number) => (_folder, _number) = (folder, number);

    /// <summary>The run's fine-tuned classifier.</summary>
    private string Model => Path.Combine(_folder, TrainedModel.FineTunedFile);

    private string Settings => Path.Combine(_folder, SettingsFile);

    /// <summary>That of a run by its number.</summary>
    public static SoupRunFolder Of(string soup, int number) =>
        new(Path.Combine(soup, RunsFolder, FormattableString.Invariant($"{number}")), number);

    /// <summary>Whether a soup's folder holds runs, finished or not.</summary>
    public static bool AnyIn(string soup) => Directory.Exists(Path.Combine(soup, RunsFolder));

    /// <summary>Deletes the runs of a soup.</summary>
    public static void DeleteAll(string soup)
    {
        if (AnyIn(soup)) Directory.Delete(Path.Combine(soup, RunsFolder), recursive: true);
    }

    /// <summary>Where and how often the run saves itself; its snapshots go when its results are on disk.</summary>
    public SnapshotOptions Snapshots(SnapshotOptions soup) =>
        soup with { Directory = Path.Combine(_folder, SnapshotsFolder), Resume = true, DeleteWhenDone = false };

    /// <summary>The run, if it has ended; null if it is still to be trained.</summary>
    /// <param name="run">What it is to be trained with.</param>
    /// <exception cref="CheckpointException">Another run has ended here, or its files are damaged.</exception>
    public SoupRun? Find(TrainingIdentity run)
    {
        if (!File.Exists(Settings)) return null;
        Finished finished = Read();
        List<string> differences = [.. finished.Run.Differences(run)];
        if (finished.Run.ImagesSha256 != run.ImagesSha256)
            differences.Add($"the training images were {finished.Run.Images} and are {run.Images}, or others");
        if (differences.Count > 0)
            throw new CheckpointException(
                $"{_folder} holds a finished run of another soup: {string.Join("; ", differences)}. Go on with what that soup began " +
                "with, or take another folder.");
        FileChecksum.Require(Model, finished.Checksums[TrainedModel.FineTunedFile], SettingsFile);
        return Run(run.Options, finished.ValidationAccuracy);
    }

    /// <summary>Keeps the run, and deletes its snapshots.</summary>
    public SoupRun Keep(ImageClassifier fineTuned, TrainingIdentity run, FineTuningOptions options, double? accuracy)
    {
        StagedFolder.Replace(_folder, SettingsFile, staging =>
        {
            string model = Path.Combine(staging, TrainedModel.FineTunedFile);
            fineTuned.Save(model);
            var finished = new Finished
            {
                Run = run, ValidationAccuracy = accuracy, Checksums = new() { [TrainedModel.FineTunedFile] = FileChecksum.Of(model) },
            };
            AtomicFile.WriteText(Path.Combine(staging, SettingsFile), JsonSerializer.Serialize(finished, _json) + "\n");
        });
        TrainingSnapshots.Delete(Path.Combine(_folder, SnapshotsFolder));
        return Run(options, accuracy);
    }

    private SoupRun Run(FineTuningOptions options, double? accuracy) =>
        new() { Number = _number, Options = options, ValidationAccuracy = accuracy, File = Model };

    private Finished Read()
    {
        try
        {
            Finished? read = JsonSerializer.Deserialize<Finished>(Utf8Text.ReadFile(Settings), _json);
            if (read is not null && read.Checksums.ContainsKey(TrainedModel.FineTunedFile)) return read;
            throw new InvalidDataException("it has no checksum");
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidDataException)
        {
            throw new CheckpointException(
                $"{Settings}: not the settings of a soup's run ({e.Message}). Delete {_folder} to train that run again.", e);
        }
    }

    /// <summary>What <c>config.json</c> holds.</summary>
    private sealed record Finished
    {
        public required TrainingIdentity Run { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public double? ValidationAccuracy { get; init; }

        public required Dictionary<string, string> Checksums { get; init; }
    }
}

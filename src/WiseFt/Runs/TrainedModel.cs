using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using WiseFt.Classification;
using WiseFt.Files;
using WiseFt.Models;
using static TorchSharp.torch;

namespace WiseFt.Runs;

/// <summary>The folder that training leaves: both end points, the mixture, the trace and the settings.</summary>
/// <remarks>Where ML.NET is, its pipeline lies beside them.</remarks>
internal sealed partial class TrainedModel : IDisposable
{
    /// <summary>The files of the folder.</summary>
    public const string ZeroShotFile = TrainedFolder.ZeroShotFile, FineTunedFile = TrainedFolder.FineTunedFile,
        MixtureFile = TrainedFolder.MixtureFile, PipelineZip = TrainedFolder.PipelineZip, TraceFile = TrainedFolder.TraceFile,
        SettingsFile = TrainedFolder.SettingsFile;

    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        TypeInfoResolver = TrainedModelJson.Default, // written at build time: reflection takes longer than the rest of a prediction
    };

    private TrainedModel(ImageClassifier zeroShot, ImageClassifier fineTuned, Settings settings) =>
        (ZeroShot, FineTuned, TrainedWith) = (zeroShot, fineTuned, settings);

    /// <summary>The model at alpha 0.</summary>
    public ImageClassifier ZeroShot { get; }

    /// <summary>The model at alpha 1.</summary>
    public ImageClassifier FineTuned { get; }

    /// <summary>How it was trained.</summary>
    public Settings TrainedWith { get; }

    /// <summary>Reads the end points and settings of a folder.</summary>
    /// <param name="folder">What a training run left.</param>
    /// <param name="device">Where to compute; the CPU if null.</param>
    /// <exception cref="CheckpointException">The folder is not one that training wrote.</exception>
    public static TrainedModel Load(string folder, Device? device = null)
    {
        Settings settings = ReadFolder(folder);
        return Read(folder, ZeroShotFile, settings, device).OrDispose(
            zeroShot => new TrainedModel(zeroShot, Read(folder, FineTunedFile, settings, device), settings));
    }

    /// <summary>Reads the mixture of a folder alone: from its own file at the coefficient that training left it at.</summary>
    /// <param name="folder">What a training run left.</param>
    /// <param name="alpha">The mixing coefficient; the one of training if null.</param>
    /// <param name="device">Where to compute; the CPU if null.</param>
    /// <exception cref="CheckpointException">The folder is not one that training wrote.</exception>
    public static ImageClassifier LoadMixture(string folder, double? alpha, Device? device = null)
    {
        Settings settings = ReadFolder(folder);
        if ((alpha ?? settings.Alpha) == settings.Alpha && File.Exists(Path.Combine(folder, MixtureFile)))
        {
            // A mixture of other end points than those beside it would be nobody's.
            Task endPoints = Task.WhenAll(Check(folder, ZeroShotFile, settings), Check(folder, FineTunedFile, settings));
            return Read(folder, MixtureFile, settings, device).OrDispose(_ => endPoints.GetAwaiter().GetResult());
        }
        using TrainedModel trained = Load(folder, device);
        return trained.Mix(alpha);
    }

    /// <summary>Writes end points, mixture, settings and trace: all of them, or none, also over those of an older run.</summary>
    /// <param name="folder">Where to; created where missing.</param>
    /// <param name="zeroShot">The model at alpha 0.</param>
    /// <param name="fineTuned">The model at alpha 1.</param>
    /// <param name="settings">How it was trained.</param>
    /// <param name="trace">A row a step.</param>
    /// <param name="more">Writes what else belongs to the results into the folder that it is given, which has the end points.</param>
    /// <exception cref="IOException">A file cannot be written; the folder is as it was.</exception>
    public static void Save(
        string folder, ImageClassifier zeroShot, ImageClassifier fineTuned, Settings settings, string trace, Action<string>? more = null) =>
        StagedFolder.Replace(folder, SettingsFile, staging =>
        {
            zeroShot.Save(Path.Combine(staging, ZeroShotFile));
            fineTuned.Save(Path.Combine(staging, FineTunedFile));
            WriteMixture(staging, zeroShot, fineTuned, settings.Alpha);
            AtomicFile.WriteText(Path.Combine(staging, TraceFile), trace);
            more?.Invoke(staging);
            WriteSettings(staging, settings with
            {
                Checksums = new[] { ZeroShotFile, FineTunedFile, MixtureFile }
                    .ToImmutableSortedDictionary(name => name, name => FileChecksum.Of(Path.Combine(staging, name))),
            });
        });

    /// <summary>Whether a training run has ended in a folder.</summary>
    /// <param name="folder">Any folder, or a path that is none.</param>
    /// <exception cref="CheckpointException">Its settings are no JSON.</exception>
    public static bool IsIn(string folder) => TrainedFolder.IsSettings(Path.Combine(folder, SettingsFile));

    /// <summary>The settings of a folder; null where no training run has ended in it.</summary>
    /// <param name="folder">Any folder, or a path that is none.</param>
    /// <exception cref="CheckpointException">Its settings are damaged.</exception>
    public static Settings? FindSettings(string folder) => IsIn(folder) ? ReadSettings(Path.Combine(folder, SettingsFile)) : null;

    /// <summary>Mixes the end points of a folder anew, and writes the mixture and the settings.</summary>
    /// <param name="folder">What a training run left.</param>
    /// <param name="alpha">The mixing coefficient, in [0, 1].</param>
    /// <param name="more">Writes what else depends on it into the folder that it is given, with the classes.</param>
    /// <exception cref="CheckpointException">The folder is not one that training wrote, or an end point has changed since.</exception>
    /// <remarks>The settings come last: until then the mixture does not match their checksum, and readers say so.</remarks>
    public static void SetAlpha(string folder, double alpha, Action<string, IReadOnlyList<string>>? more = null)
    {
        MixingCoefficient.Checked(alpha);
        using TrainedModel trained = Load(folder);
        WriteMixture(folder, trained.ZeroShot, trained.FineTuned, alpha);
        more?.Invoke(folder, trained.ZeroShot.ClassNames);
        WriteSettings(folder, trained.TrainedWith with
        {
            Alpha = alpha,
            Checksums = trained.TrainedWith.Checksums.SetItem(MixtureFile, FileChecksum.Of(Path.Combine(folder, MixtureFile))),
        });
    }

    /// <summary>SHA-256 over the weights of a CLIP model, of all shards where there are several,
    /// in lower-case hexadecimal digits.</summary>
    /// <param name="clip">What <see cref="ClipModel.Load"/> takes.</param>
    public static string HashOf(string clip)
    {
        ClipFiles files = ClipFormats.Find(clip);
        string[] weights = files.Weights.EndsWith(".index.json", StringComparison.Ordinal)
            ? [.. Directory.GetFiles(files.Folder).Where(f => Path.GetExtension(f) is ".safetensors" or ".bin")
                .Order(StringComparer.Ordinal)]
            : [files.Weights];
        if (files.Visual is not null) weights = [.. weights, files.Visual];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in weights)
        {
            using FileStream stream = File.OpenRead(RegularFile.Require(file));
            hash.AppendData(SHA256.HashData(stream));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The mixture at a coefficient; at the one it was trained with if null. The caller disposes it.</summary>
    public ImageClassifier Mix(double? alpha)
    {
        using Weights theta = WeightSpace.Interpolate(ZeroShot.Weights, FineTuned.Weights, alpha ?? TrainedWith.Alpha);
        return ZeroShot.WithWeights(theta);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ZeroShot.Dispose();
        FineTuned.Dispose();
    }

    private static void WriteMixture(string folder, ImageClassifier zeroShot, ImageClassifier fineTuned, double alpha)
    {
        using Weights mixture = WeightSpace.Interpolate(zeroShot.Weights, fineTuned.Weights, alpha);
        ClassifierFile.Save(zeroShot, mixture, Path.Combine(folder, MixtureFile));
    }

    private static void WriteSettings(string folder, Settings settings) =>
        AtomicFile.WriteText(Path.Combine(folder, SettingsFile), JsonSerializer.Serialize(settings, _json) + "\n");

    private static Settings ReadFolder(string folder)
    {
        string[] missing = [.. new[] { SettingsFile, ZeroShotFile, FineTunedFile }.Where(f => !File.Exists(Path.Combine(folder, f)))];
        return missing.Length == 0 ? ReadSettings(Path.Combine(folder, SettingsFile)) : throw new CheckpointException(
            $"{folder}: {string.Join(", ", missing)} not found. Expected a folder that `wiseft train --output` wrote.");
    }

    /// <summary>Reads a model of a folder, and compares its file's checksum meanwhile.</summary>
    private static ImageClassifier Read(string folder, string file, Settings settings, Device? device)
    {
        Task check = Check(folder, file, settings);
        try
        {
            return ImageClassifier.Load(Path.Combine(folder, file), device).OrDispose(_ => check.GetAwaiter().GetResult());
        }
        catch (Exception)
        {
            check.GetAwaiter().GetResult(); // that it is another file says more than what is wrong with it
            throw;
        }
    }

    private static Task Check(string folder, string file, Settings settings) => settings.Checksums.TryGetValue(file, out string? checksum)
        ? Task.Run(() => FileChecksum.Require(Path.Combine(folder, file), checksum, SettingsFile))
        : Task.CompletedTask;

    private static Settings ReadSettings(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Settings>(Utf8Text.ReadFile(path), _json)!;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidDataException)
        {
            throw new CheckpointException(
                $"{path}: not the settings of a training run ({e.Message}). Expected a file that `wiseft train` wrote.", e);
        }
    }
}

using System.IO.Compression;
using System.Runtime.ExceptionServices;
using Microsoft.ML;
using WiseFt.ML;

namespace WiseFt.Fuzzing;

/// <summary>Saved ML.NET models. ML.NET reads the archive and finds the class, and throws what it throws; what this library finds is a
/// <see cref="CheckpointException"/> at the bottom of it.</summary>
internal static class ModelTargets
{
    private const string Settings = "Settings.json";

    // ML.NET's own, beneath its InvalidOperationException and TargetInvocationException around whatever a loader threw: FormatException,
    // InvalidDataException and IOException for the archive, FileNotFoundException (an IOException)
    // for the assembly that a damaged model names.
    private static readonly Type[] _refusals =
        [
            typeof(CheckpointException), typeof(InvalidDataException), typeof(FormatException), typeof(InvalidOperationException),
            typeof(ArgumentException), typeof(IOException)];

    public static IEnumerable<FuzzTarget> All =>
    [
        new("mlnet-zip", "saved ML.NET models", () => [TinyModel.SavedMixture()], (content, _) => LoadArchive(content), _refusals)
        {
            Words = ["PK\x01\x02", "PK\x05\x06", "Model.key", "../"],
        },
        new(
            "mlnet-settings", "the settings in a saved model, with a right checksum", () => [Read(TinyModel.SavedMixture())],
            (content, _) => LoadSettings(content), typeof(CheckpointException))
        {
            Words = [
                "\"Width\":", "\"Layers\":", "\"Resolution\":", "\"ClassNames\":", "\"ScoringBatchSize\":", "\"ScoringPrecision\":",
                "\"EmbeddingDimension\":"],
        },
    ];

    private static Lazy<byte[]> TinyMixture { get; } = new(TinyModel.SavedMixture);

    private static void Load(byte[] content)
    {
        ITransformer model = new MLContext(seed: 1).Model.Load(new MemoryStream(content), out _);
        (model as IDisposable)?.Dispose();
    }

    /// <summary>Loads, and throws what is at the bottom of an error, so that nothing hides in what ML.NET wraps around it.</summary>
    private static void LoadArchive(byte[] content)
    {
        try
        {
            Load(content);
        }
        catch (Exception e) when (e.InnerException is not null)
        {
            ExceptionDispatchInfo.Throw(e.GetBaseException());
        }
    }

    /// <summary>Loads a whole archive, about which ML.NET has nothing to say:
    /// what is at the bottom of the error is this library's.</summary>
    private static void LoadSettings(byte[] settings)
    {
        try
        {
            Load(Replace(TinyMixture.Value, settings));
        }
        catch (Exception e)
            when (e.GetBaseException() is CheckpointException || e.InnerException is CheckpointException
                || e.InnerException?.InnerException is CheckpointException)
        {
            throw new CheckpointException("The settings are refused.", e);
        }
    }

    /// <summary>The settings without their checksum.</summary>
    private static byte[] Read(byte[] model)
    {
        using var zip = new ZipArchive(new MemoryStream(model));
        using Stream entry = zip.Entries.Single(e => e.Name == Settings).Open();
        using var content = new MemoryStream();
        entry.CopyTo(content);
        return ChecksummedStream.Read(content.Rewound(), content.Length, Settings, (stream, length) =>
        {
            byte[] settings = new byte[length];
            stream.ReadExactly(settings);
            return settings;
        });
    }

    /// <summary>The model with other settings and their checksum.</summary>
    private static byte[] Replace(byte[] model, byte[] settings)
    {
        using var changed = new MemoryStream();
        changed.Write(model);
        using (var zip = new ZipArchive(changed, ZipArchiveMode.Update, leaveOpen: true))
        {
            ZipArchiveEntry entry = zip.Entries.Single(e => e.Name == Settings);
            using Stream stream = entry.Open();
            stream.SetLength(0);
            ChecksummedStream.Write(stream, s => s.Write(settings));
        }
        return changed.ToArray();
    }

    private static MemoryStream Rewound(this MemoryStream stream)
    {
        stream.Position = 0;
        return stream;
    }
}

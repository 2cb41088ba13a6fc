using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WiseFt.Files;
using WiseFt.Images;

namespace WiseFt.Evaluation;

/// <summary>What a sweep has evaluated so far, on disk: a line of JSON a piece, so that a sweep that is stopped goes on.</summary>
/// <param name="path">The file; it is deleted when the sweep has ended.</param>
/// <param name="resume">Whether to go on with what is there.</param>
internal sealed class SweepJournal(string path, bool resume) : IDisposable
{
    // Changes with what is computed, so that no piece of an earlier version is taken for one of this.
    private const string Version = "sweep 1";

    private FileStream? _file;

    /// <summary>How many images are in it.</summary>
    public int Images { get; private set; }

    /// <summary>Whether a sweep has been stopped and may go on.</summary>
    public static bool Exists(string path) => File.Exists(path);

    /// <summary>Throws where another process is at the sweep.</summary>
    /// <exception cref="IOException">One is.</exception>
    public static void RequireFree(string path) => Open(path).Dispose();

    /// <summary>Opens the file for a sweep.</summary>
    /// <param name="identity">What <see cref="Identity"/> says of it.</param>
    /// <returns>What is evaluated already.</returns>
    /// <exception cref="InvalidDataException">The file is of another sweep.</exception>
    /// <exception cref="IOException">There is one and it is not to be gone on with, or it cannot be written.</exception>
    public IReadOnlyList<SweepPart> Begin(string identity)
    {
        if (Exists(path) && !resume) throw new IOException($"{path} is of a sweep that has not ended. Go on with it, or delete it.");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _file = Open(path);
        var parts = new List<SweepPart>();
        long whole = Read(identity, parts);
        _file.SetLength(whole); // a line that was cut short by a kill
        _file.Seek(whole, SeekOrigin.Begin);
        if (whole == 0) Write(new Header(identity));
        Images = parts.Sum(part => part.Piece.Count);
        return parts;
    }

    /// <summary>Writes a piece down.</summary>
    public void Add(SweepPart part)
    {
        Write(part);
        Images += part.Piece.Count;
    }

    /// <summary>Ends the sweep, when its results are on disk: its file goes.</summary>
    public void Finish()
    {
        Dispose();
        if (Exists(path)) File.Delete(path);
    }

    /// <summary>Lets go of the file. May be called again.</summary>
    public void Dispose() => _file?.Dispose();

    /// <summary>A hash over what decides a sweep's results: both models, the images by their files' stamps, how their classes are related
    /// to the models', and the options.</summary>
    /// <param name="zeroShot">The model at alpha 0.</param>
    /// <param name="theta1">The weights at alpha 1.</param>
    /// <param name="sets">The test sets.</param>
    /// <param name="spaces">How the classes of each are answered for; null where they are the models'.</param>
    /// <param name="options">What is evaluated.</param>
    public static string Identity(
        ImageClassifier zeroShot, Weights theta1, IReadOnlyList<(string Name, LabelledImages Images)> sets,
        IReadOnlyList<LabelSpace?> spaces, AlphaSweepOptions options)
    {
        string text = JsonSerializer.Serialize(new
        {
            Version,
            options.Alphas,
            options.OutputEnsembles,
            options.Precision,
            Models = new[] { TensorHash.Sha256("", zeroShot.Weights), TensorHash.Sha256("", theta1) },
            zeroShot.ClassNames,
            zeroShot.Preprocessor,
            Sets = sets.Zip(spaces, (set, space) => new
            {
                set.Name,
                set.Images.Labels,
                set.Images.ClassNames,
                space?.ReferenceIndices,
                space?.Merge,
                Images = set.Images.Images.Select(i => new { i.Name, Stamp = i.Stamp()?.ToString() }),
            }),
        });
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static FileStream Open(string path) => ExclusiveFile.Open(
        path, $"{path} is in use by another sweep. Wait until it has ended, or choose another folder.");

    /// <summary>Reads the whole lines; returns where they end.</summary>
    private long Read(string identity, List<SweepPart> parts)
    {
        using var lines = new StreamReader(_file!, leaveOpen: true);
        long whole = 0;
        while (lines.ReadLine() is string line)
        {
            long end = whole + Encoding.UTF8.GetByteCount(line) + 1;
            if (end > _file!.Length) break;
            try
            {
                if (whole > 0) parts.Add(JsonSerializer.Deserialize<SweepPart>(line)!);
                else RequireSame(JsonSerializer.Deserialize<Header>(line)!, identity);
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"{path}: the sweep's journal is damaged ({e.Message}). Delete it to start anew.", e);
            }
            whole = end;
        }
        return whole;
    }

    private void RequireSame(Header header, string identity)
    {
        if (header.Sweep != identity)
            throw new InvalidDataException(
                $"{path} is of another sweep: its models, images, mixing coefficients or precision are not these. Go on with what that " +
                "began with, or delete it to start anew.");
    }

    private void Write<T>(T line)
    {
        JsonSerializer.Serialize(_file!, line);
        _file!.WriteByte((byte)'\n');
        _file.Flush();
    }

    private sealed record Header(string Sweep);
}

using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using WiseFt.Files;

namespace WiseFt.Training;

/// <summary>The training images by content, in their order: what a run must find again when it goes on.</summary>
/// <param name="Rows">An image each.</param>
internal sealed record TrainingImageList(ImmutableArray<TrainingImageList.Row> Rows)
{
    private const int Named = 3;

    /// <summary>Reads every image's bytes, without decoding them.</summary>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    public static TrainingImageList Of(LabelledImages images, CancellationToken cancel)
    {
        var rows = new Row[images.Count];
        try
        {
            Parallel.For(
                0, rows.Length,
                new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
                rows[i] = new Row(images.Images[i].Name, images.Labels[i], Convert.ToHexStringLower(images.Images[i].Sha256()))
                {
                    Weight = images.ExampleWeights?[i],
                });
        }
        catch (AggregateException e) when (e.InnerExceptions.OfType<ImageException>().FirstOrDefault() is ImageException unreadable)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(unreadable);
        }
        return new TrainingImageList([.. rows]);
    }

    /// <summary>The hash of validation images where they decide on the weights that a run ends with; null otherwise.</summary>
    public static string? OfDeciding(LabelledImages? validation, FineTuningOptions recipe, CancellationToken cancel) =>
        validation is null || recipe.EarlyStoppingPatience is null ? null : Of(validation, cancel).Sha256();

    /// <summary>Reads what <see cref="Write"/> wrote; null where it is missing or damaged,
    /// since it only serves to name what changed.</summary>
    public static TrainingImageList? TryRead(string path)
    {
        try
        {
            return File.Exists(path)
                ? new TrainingImageList([.. File.ReadLines(path).Select(line => JsonSerializer.Deserialize<Row>(line)!)])
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes a line of JSON an image.</summary>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        foreach (Row row in Rows)
        {
            JsonSerializer.Serialize(stream, row);
            stream.WriteByte((byte)'\n');
        }
    });

    /// <summary>SHA-256 over labels, contents and, where there are any, example weights in order; names do not count, so that a data set
    /// may be moved.</summary>
    public string Sha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> label = stackalloc byte[sizeof(int)], weight = stackalloc byte[sizeof(float)];
        foreach (Row row in Rows)
        {
            BinaryPrimitives.WriteInt32LittleEndian(label, row.Label);
            hash.AppendData(label);
            hash.AppendData(Convert.FromHexString(row.Sha256));
            if (row.Weight is not float given) continue;
            BinaryPrimitives.WriteSingleLittleEndian(weight, given);
            hash.AppendData(weight);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Says in words what is different in another list.</summary>
    public string Differences(TrainingImageList now)
    {
        ILookup<string, Row> before = Rows.ToLookup(r => r.Sha256, StringComparer.Ordinal),
        after = now.Rows.ToLookup(r => r.Sha256, StringComparer.Ordinal);
        Row[] gone = [.. Rows.Where(r => !after.Contains(r.Sha256))], added = [.. now.Rows.Where(r => !before.Contains(r.Sha256))];
        HashSet<string> changed = [.. gone.Select(r => r.Name).Intersect(added.Select(r => r.Name), StringComparer.Ordinal)];
        string[] relabelled = [.. now.Rows.Where(r => before.Contains(r.Sha256) && before[r.Sha256].All(b => b.Label != r.Label))
            .Select(r => r.Name)];
        string[] reweighed = [.. now.Rows.Where(r => before.Contains(r.Sha256) && before[r.Sha256].All(b => b.Weight != r.Weight))
            .Select(r => r.Name)];
        string[] found =
        [
            .. Words("other content", [.. changed]),
            .. Words("missing", [.. gone.Select(r => r.Name).Where(n => !changed.Contains(n))]),
            .. Words("new", [.. added.Select(r => r.Name).Where(n => !changed.Contains(n))]),
            .. Words("of another class", relabelled),
            .. Words("of another weight", reweighed),
        ];
        return found.Length > 0 ? string.Join("; ", found) : "the same images in another order, or some of them more or less often";
    }

    private static IEnumerable<string> Words(string what, string[] names) => names.Length == 0
        ? []
        : [FormattableString.Invariant($"{names.Length} {what} ({Listed.First(names, Named)}{(names.Length > Named ? ", …" : "")})")];

    /// <summary>One image.</summary>
    /// <param name="Name">Its path, or what it is called.</param>
    /// <param name="Label">Index of its class.</param>
    /// <param name="Sha256">Of its encoded bytes, in hexadecimal digits.</param>
    internal sealed record Row(string Name, int Label, string Sha256)
    {
        /// <summary>What it counts in the loss, without its class's weight; null where the images have no weights.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public float? Weight { get; init; }
    }
}

namespace WiseFt.Images;

/// <summary>A file that lies among the images and is not read.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Kind">What it is, to be counted by: "TIFF image", ".heic file", "hidden image", "named pipe (FIFO)".</param>
public sealed record LeftOutFile(string Path, string Kind)
{
    private const int Named = 10;

    /// <summary>Where it is.</summary>
    public string Path { get; init => field = Check.NotBlank(value); } = Check.NotBlank(Path);

    /// <summary>What it is, to be counted by.</summary>
    public string Kind { get; init => field = Check.NotBlank(value); } = Check.NotBlank(Kind);

    /// <summary>How many there are of each kind, and which, of many the first:
    /// "2 TIFF image, 1 .heic file; a.tif, b.tif, c.heic".</summary>
    internal static string Summary(IReadOnlyCollection<LeftOutFile> files) =>
        string.Join(", ", files.GroupBy(f => f.Kind, StringComparer.Ordinal).OrderByDescending(g => g.Count())
            .ThenBy(g => g.Key, StringComparer.Ordinal).Select(g => FormattableString.Invariant($"{g.Count()} {g.Key}")))
        + $"; {(files.Count > Named ? "the first: " : "")}{Listed.First(files.Select(f => f.Path), Named)}";
}

using System.CommandLine;
using WiseFt.Runs;

namespace WiseFt.Tool;

/// <summary>Where a verb writes: never over what it reads, and over what is there only where that is meant.</summary>
internal static class Destination
{
    private const string OverwriteFlag = "--overwrite";

    private static readonly StringComparison _byName =
        OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    /// <summary>The flag that means it.</summary>
    public static Option<bool> Overwrite() =>
        new(OverwriteFlag) { Description = "Replace what is there under that name (default: refuse)." };

    /// <summary>A file to write.</summary>
    /// <param name="flag">The flag that names it.</param>
    /// <param name="path">Its value.</param>
    /// <param name="ending">How the name must end, with its dot.</param>
    /// <param name="overwrite">Whether a file that is there may be replaced.</param>
    /// <param name="isDerived">Whether a file that is there may be made again as it was, like features: it is replaced, and that is said.
    /// </param>
    /// <param name="inputs">What the verb reads, by flag: files and folders; null where a flag is not given.</param>
    /// <returns>Its full path.</returns>
    /// <exception cref="UsageException">The name ends otherwise, or is of something that is read.</exception>
    /// <exception cref="IOException">Something is there.</exception>
    public static string OfFile(
        string flag, string path, string ending, bool overwrite, Func<string, bool> isDerived, params (string Flag, string? Path)[] inputs)
    {
        RequireName(flag, path);
        if (!path.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            throw new UsageException(
                $"{flag} is '{path}', and what is written there is a {ending} file; expected a name that ends in {ending}.");
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full)) throw new IOException($"{flag} {path} is a folder; expected a name for a {ending} file.");
        foreach (var (input, read) in inputs)
            if (read is not null && (IsSame(full, read) || (Path.Exists(full) && IsInside(full, read))))
                throw new UsageException($"{flag} {path} is read as well, by {input}; expected another name.");
        if (overwrite || !File.Exists(full)) return full;
        if (!isDerived(full)) throw Taken($"{flag} {path} is there already.");
        Output.Remark($"{flag} {path} is there already and will be replaced.");
        return full;
    }

    /// <summary>A folder to write into.</summary>
    /// <param name="flag">The flag that names it.</param>
    /// <param name="path">Its value.</param>
    /// <param name="images">The images that the verb reads, by flag: results among them would be taken for a class or an image.</param>
    /// <param name="inputs">What else it reads, by flag.</param>
    /// <returns>Its full path.</returns>
    /// <exception cref="UsageException">The folder lies among the images, or is read.</exception>
    public static string OfFolder(
        string flag, string path, IEnumerable<(string Flag, DataSource? Source)> images, params (string Flag, string? Path)[] inputs)
    {
        RequireName(flag, path);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        foreach (var (input, source) in images)
            if (source is not null && Directory.Exists(source.Location) && IsWithin(full, source.Location))
                throw new UsageException(
                    $"{flag} {path} lies in {source.Location}, whose images {input} reads; expected a folder outside of it.");
        foreach (var (input, read) in inputs)
            if (read is not null && IsSame(full, read))
                throw new UsageException($"{flag} {path} is read as well, by {input}; expected another folder.");
        return full;
    }

    /// <summary>Refuses a folder of results that is to be replaced only where that is meant.</summary>
    /// <exception cref="IOException">Files of these names are there.</exception>
    public static void RequireNone(string flag, string folder, bool overwrite, params IEnumerable<string> names)
    {
        string[] there = overwrite ? [] : [.. names.Where(name => File.Exists(Path.Combine(folder, name)))];
        if (there.Length == 0) return;
        string what = TrainedModel.IsIn(folder) ? "a finished run" : Listed.First(there);
        throw Taken($"{flag} {folder} holds {what} already.");
    }

    /// <summary>Makes sure before a long run that its results can be written.</summary>
    /// <exception cref="IOException">The folder cannot be made or written to.</exception>
    public static void RequireWritable(string output)
    {
        if (File.Exists(output))
            throw new IOException($"--output {output} is a file; expected a folder, which is created where it is missing.");
        string probe = Path.Combine(output, $".{Guid.NewGuid():N}.tmp");
        Directory.CreateDirectory(output);
        File.WriteAllText(probe, "");
        File.Delete(probe);
    }

    /// <summary>Works with an output folder that can be written into. Where it was not there before and the work fails,
    /// nothing of it stays unless something is to be kept.</summary>
    /// <param name="output">The folder.</param>
    /// <param name="work">What is done.</param>
    /// <param name="isKept">Whether the folder holds what a failed run leaves on purpose; null for never.</param>
    public static T Into<T>(string output, Func<T> work, Func<bool>? isKept = null)
    {
        output = Path.TrimEndingDirectorySeparator(Path.GetFullPath(output));
        string? made = FirstMissing(output);
        try
        {
            RequireWritable(output);
            return work();
        }
        catch (Exception) when (made is not null && Directory.Exists(output) && isKept?.Invoke() != true)
        {
            Directory.Delete(output, recursive: true);
            // Folders around it that were made for it, unless another run is in them now.
            for (string at = output; at != made;)
            {
                at = Path.GetDirectoryName(at)!;
                if (Directory.EnumerateFileSystemEntries(at).Any()) break;
                Directory.Delete(at);
            }
            throw;
        }
    }

    private static void RequireName(string flag, string path)
    {
        if (string.IsNullOrWhiteSpace(path)) throw new UsageException($"{flag} is '{path}'; expected a name.");
    }

    private static IOException Taken(string what) => new($"{what} Choose another name, or add {OverwriteFlag} to replace it.");

    private static bool IsWithin(string full, string folder) => IsSame(full, folder) || IsInside(full, folder);

    private static bool IsSame(string full, string path) => string.Equals(Resolved(full), Resolved(path), _byName);

    private static bool IsInside(string full, string folder) =>
        Resolved(full).StartsWith(Path.TrimEndingDirectorySeparator(Resolved(folder)) + Path.DirectorySeparatorChar, _byName);

    /// <summary>Where a path leads, links followed as far as there is something.</summary>
    private static string Resolved(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string? parent = Path.GetDirectoryName(full);
        if (parent is null) return full;
        FileSystemInfo? target = Directory.Exists(full) ? new DirectoryInfo(full).ResolveLinkTarget(returnFinalTarget: true)
            : File.Exists(full) ? new FileInfo(full).ResolveLinkTarget(returnFinalTarget: true) : null;
        return target is null ? Path.Combine(Resolved(parent), Path.GetFileName(full)) : Resolved(target.FullName);
    }

    /// <summary>The outermost folder of a full path that is not there yet, or null.</summary>
    private static string? FirstMissing(string path)
    {
        string? missing = null;
        for (string? at = path; at is not null && !Path.Exists(at); at = Path.GetDirectoryName(at)) missing = at;
        return missing;
    }
}

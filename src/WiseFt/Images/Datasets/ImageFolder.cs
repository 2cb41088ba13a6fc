using System.Collections.Immutable;

namespace WiseFt.Images;

/// <summary>The images in a folder and in the folders below it, and what else lies there.</summary>
/// <param name="Images">Paths, folder by folder in ordinal order of the folders' paths, then of the files' names.</param>
/// <param name="LeftOut">What is not read, in the same order.</param>
/// <param name="Folders">How many folders lie directly in it.</param>
/// <remarks>
/// The order is torchvision's: <c>sorted(os.walk(folder, followlinks=True))</c>, then <c>sorted(files)</c> (pytorch/vision
/// torchvision/datasets/folder.py, make_dataset). Differs from it: a file is an image by what it holds where its name does not say so;
/// names with a leading dot are hidden; a link that leads back to a folder above it is not followed for ever.
/// </remarks>
internal sealed record ImageFolder(ImmutableArray<string> Images, ImmutableArray<LeftOutFile> LeftOut, int Folders)
{
    private const int Deepest = 64;

    // What is called so is taken for an image unopened: of a million files not one is read before its turn.
    private static readonly string[] _extensions =
    [
        ".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".jfi", ".pjpeg", ".pjp", ".gif", ".bmp", ".dib", ".webp",
    ];

    /// <summary>Walks a folder.</summary>
    /// <exception cref="ImageException">Folders lie too deep in one another.</exception>
    public static ImageFolder Read(string folder)
    {
        var folders = new List<(string Place, string Path)>();
        var leftOut = new List<LeftOutFile>();
        Collect(folder, "", RealPath(folder), 0, folders, leftOut);
        var images = ImmutableArray.CreateBuilder<string>();
        foreach (var (_, path) in folders.OrderBy(f => f.Place, StringComparer.Ordinal))
            foreach (string file in Directory.GetFiles(path).Order(StringComparer.Ordinal))
                if (KindOfOther(file) is not string kind) images.Add(file);
                else if (kind.Length > 0) leftOut.Add(new LeftOutFile(file, kind));
        return new ImageFolder(images.ToImmutable(), [.. leftOut], Directory.GetDirectories(folder).Length);
    }

    /// <summary>The images that lie in a folder itself, where they should lie in its sub-folders.</summary>
    public static IEnumerable<LeftOutFile> Strays(string folder) => Directory.GetFiles(folder).Order(StringComparer.Ordinal)
        .Where(file => KindOfOther(file) is null).Select(file => new LeftOutFile(file, "image in no class's folder"));

    /// <summary>What a file is that is no image to be read; empty for a hidden one that is no image either; null for an image.</summary>
    private static string? KindOfOther(string file)
    {
        string extension = Path.GetExtension(file);
        bool isNamedImage = _extensions.Contains(extension, StringComparer.OrdinalIgnoreCase);
        if (Path.GetFileName(file).StartsWith('.')) return isNamedImage ? "hidden image" : "";
        if (isNamedImage) return null;
        if (RegularFile.OtherKind(file) is string special) return special;
        string otherwise = extension.Length > 1 ? $"{extension.ToLowerInvariant()} file" : "file without an ending";
        try
        {
            Span<byte> head = stackalloc byte[ImageFormats.HeadLength];
            using (FileStream stream = File.OpenRead(file)) head = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
            return ImageFormats.IsRead(head) ? null : WithoutArticle(ImageFormats.OtherKind(head)) ?? otherwise;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return otherwise + " that cannot be opened";
        }
    }

    private static string? WithoutArticle(string? kind) => kind?[(kind.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    /// <summary>Gathers the folders with their places below the first, in which slashes part names whatever the system.</summary>
    private static void Collect(
        string folder, string place, string real, int depth, List<(string Place, string Path)> folders, List<LeftOutFile> leftOut)
    {
        if (depth > Deepest)
            throw new ImageException(
                $"{folder}: folders lie in one another {depth} deep. Expected at most {Deepest}; " +
                "does a link lead back to a folder above it?");
        folders.Add((place, folder));
        foreach (string inner in Directory.GetDirectories(folder))
        {
            string name = Path.GetFileName(inner);
            string target = new DirectoryInfo(inner).LinkTarget is null ? Path.Combine(real, name) : RealPath(inner);
            if (name.StartsWith('.')) leftOut.Add(new LeftOutFile(inner, "hidden folder"));
            else if (IsWithin(real, target)) leftOut.Add(new LeftOutFile(inner, "link to a folder above it"));
            else Collect(inner, $"{place}/{name}", target, depth + 1, folders, leftOut);
        }
    }

    private static bool IsWithin(string path, string folder) =>
        path == folder
        || path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string RealPath(string folder) =>
        Path.GetFullPath(new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder);
}

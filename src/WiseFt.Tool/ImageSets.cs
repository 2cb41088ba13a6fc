namespace WiseFt.Tool;

/// <summary>Reads folders of images as the command line names them.</summary>
internal static class ImageSets
{
    /// <summary>A folder with a sub-folder for each class.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="classNames">The model's classes; null to take the sub-folders as the classes.</param>
    /// <param name="skipBadImages">Whether images that cannot be read are left out and listed.</param>
    /// <param name="cancel">Stops between images.</param>
    public static LabelledImages Load(string folder, IReadOnlyList<string>? classNames, bool skipBadImages, CancellationToken cancel)
    {
        LabelledImages images = LabelledImages.FromFolder(folder, classNames);
        if (!skipBadImages) return images;
        var (readable, unreadable) = images.WithoutUnreadable(cancel);
        Output.Skipped(unreadable);
        return readable;
    }

    /// <summary>An image file itself, or every image below a folder in ordinal order of the paths.</summary>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="ImageException">The folder has no image.</exception>
    public static string[] Files(string path)
    {
        if (File.Exists(path)) return [path];
        if (!Directory.Exists(path)) throw new FileNotFoundException($"There is no image or folder {path}.");
        string[] files = [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Where(LabelledImages.IsImageFile).OrderBy(f => Path.GetRelativePath(path, f), StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new ImageException($"{path}: the folder has no image. Expected png, jpg, jpeg, gif, bmp or webp files.");
    }

    /// <summary>The files that can be read as images; the others are listed on the terminal.</summary>
    public static string[] Readable(string[] files, CancellationToken cancel)
    {
        var (readable, unreadable) = new LabelledImages(["image"], [.. files.Select(ImageSource.FromFile)], new int[files.Length]).WithoutUnreadable(cancel);
        Output.Skipped(unreadable);
        return [.. readable.Images.Select(i => i.Name)];
    }

    /// <summary>Reads <c>NAME=DIR</c>.</summary>
    /// <exception cref="UsageException">It is not of that form.</exception>
    public static (string Name, string Folder) ParseShift(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0 || equals == text.Length - 1) throw new UsageException($"--shift is '{text}'; expected NAME=DIR, for example sketch=data/sketch.");
        return (text[..equals], text[(equals + 1)..]);
    }
}

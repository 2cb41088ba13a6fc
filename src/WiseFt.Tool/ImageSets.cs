using WiseFt.Evaluation;
using WiseFt.Images;

namespace WiseFt.Tool;

/// <summary>Reads images as the command line names them.</summary>
internal static class ImageSets
{
    /// <summary>Labelled images.</summary>
    /// <param name="source">Where they are.</param>
    /// <param name="classNames">The classes that they must have; null for the data's own.</param>
    /// <param name="skipBadImages">Whether images that cannot be read are left out and listed.</param>
    /// <param name="cancel">Stops between images.</param>
    public static LabelledImages Load(DataSource source, IReadOnlyList<string>? classNames, bool skipBadImages, CancellationToken cancel)
    {
        LabelledImages images = source.Load(classNames);
        if (!skipBadImages) return images;
        var (readable, unreadable) = images.WithoutUnreadable(cancel);
        Output.Skipped(unreadable);
        return readable;
    }

    /// <summary>The reference distribution's images, labelled with the model's classes.</summary>
    /// <param name="option">The option, for messages.</param>
    /// <param name="source">Where they are.</param>
    /// <param name="modelClasses">The model's classes in the order of its logits.</param>
    /// <param name="skipBadImages">Whether images that cannot be read are left out and listed.</param>
    /// <param name="cancel">Stops between images.</param>
    /// <exception cref="UsageException">The layout's classes are not the model's.</exception>
    public static LabelledImages LoadReference(string option, DataSource source, IReadOnlyList<string> modelClasses, bool skipBadImages, CancellationToken cancel)
    {
        if (source.BuiltInMapping is not string name) return Load(source, modelClasses, skipBadImages, cancel);
        LabelSpace space = ClassMapping.BuiltIn(name).Bind(modelClasses);
        if (space.ClassNames.Length != modelClasses.Count)
            throw new UsageException($"{option} is {name}, which has {space.ClassNames.Length} classes, and the model has {modelClasses.Count}; expected images of the model's own classes. `wiseft sweep` takes it as a --shift.");
        LabelledImages images = Load(source, space.ClassNames, skipBadImages, cancel);
        return new LabelledImages(modelClasses, images.Images, [.. images.Labels.Select(label => space.ReferenceIndices[label][0])]) { Groupings = images.Groupings };
    }

    /// <summary>Says which classes of a test set have no image: they cannot count in its accuracy.</summary>
    public static void RemarkOnAbsentClasses(string name, LabelledImages images)
    {
        IReadOnlyList<string> absent = images.ClassesWithoutImages();
        if (absent.Count > 0)
            Output.Remark($"{name}: {absent.Count} of {images.ClassNames.Count} classes have no image: {string.Join(", ", absent.Take(5))}{(absent.Count > 5 ? ", …" : "")}.");
    }

    /// <summary>Says that a shift without a mapping is scored over more classes than is usual.</summary>
    public static void RemarkOnSublist(DistributionShift shift)
    {
        if (ForgottenMapping(shift) is string mapping)
            Output.Remark($"{shift.Name}: these are the 200 classes of {mapping}, scored over all {shift.Images.ClassNames.Count}. The paper scores them over their own: add --mapping {shift.Name}={mapping}.");
    }

    /// <summary>The mapping of the data set that a shift seems to be, where it has none; null otherwise.</summary>
    internal static string? ForgottenMapping(DistributionShift shift)
    {
        if (shift.Mapping is not null) return null;
        HashSet<string> used = [.. shift.Images.ClassNames.Except(shift.Images.ClassesWithoutImages(), StringComparer.Ordinal)];
        return used.Count == shift.Images.ClassNames.Count ? null
            : used.SetEquals(ImageNetClasses.WnidsOfA) ? "imagenet-a" : used.SetEquals(ImageNetClasses.WnidsOfR) ? "imagenet-r" : null;
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
}

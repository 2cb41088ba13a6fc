using WiseFt.Evaluation;
using WiseFt.Images;
using WiseFt.Runs;

namespace WiseFt.Tool;

/// <summary>Reads images as the command line names them.</summary>
internal static class ImageSets
{
    /// <summary>The word for no validation images.</summary>
    public const string None = "none";

    /// <summary>Labelled images.</summary>
    /// <param name="flag">The flag that names them.</param>
    /// <param name="source">Its value.</param>
    /// <param name="skipBadImages">Whether images that cannot be read are left out and listed.</param>
    /// <param name="cancel">Stops between images.</param>
    /// <exception cref="UsageException">The value is no data source.</exception>
    public static LabelledImages Load(string flag, string source, bool skipBadImages, CancellationToken cancel) =>
        Readable(flag, UsageException.Naming(flag, () => SharedOptions.ParseImages(flag, source).Load(null)), skipBadImages, cancel);

    /// <summary>Images whose labels do not matter: every image below a folder, or those of another layout.</summary>
    /// <param name="flag">The flag that names them.</param>
    /// <param name="source">Its value.</param>
    /// <param name="skipBadImages">Whether images that cannot be read are left out and listed.</param>
    /// <param name="cancel">Stops between images.</param>
    /// <exception cref="UsageException">A setting of the layout is out of its range.</exception>
    public static LabelledImages Unlabelled(string flag, DataSource source, bool skipBadImages, CancellationToken cancel)
    {
        if (source.Kind != DataSource.Folder)
            return Readable(flag, UsageException.Naming(flag, () => source.Load(null)), skipBadImages, cancel);
        string[] files = Files(source.Location).Images;
        if (skipBadImages) files = Readable(files, cancel).Images;
        return new LabelledImages(["image"], [.. files.Select(ImageSource.FromFile)], new int[files.Length]);
    }

    /// <summary>Images to train on, and images to validate on.</summary>
    /// <param name="train">The flag of the former, and its value.</param>
    /// <param name="validation">The flag of the latter, and its value: <see cref="None"/> for none, null for a part of the former.</param>
    /// <param name="isWhole">Whether nothing is to be kept aside for validation where its flag is not given.</param>
    /// <param name="skipBadImages">Whether images that cannot be read are left out and listed.</param>
    /// <param name="cancel">Stops between images.</param>
    public static (LabelledImages Training, LabelledImages? Validation) LoadForTraining(
        (string Flag, string Source) train, (string Flag, string? Source) validation, bool isWhole, bool skipBadImages,
        CancellationToken cancel)
    {
        LabelledImages all = Load(train.Flag, train.Source, skipBadImages, cancel);
        return validation.Source switch
        {
            None => (all, null),
            string source => (all, LoadReference(
                validation.Flag, SharedOptions.ParseImages(validation.Flag, source), all.ClassNames, skipBadImages, cancel)),
            null => isWhole ? (all, null) : ValidationSplit.Of(all),
        };
    }

    /// <summary>The classes of a folder of classes, for models that have none; null for other layouts.</summary>
    public static string[]? ClassesOf(DataSource source) => source.Kind == DataSource.Folder && Directory.Exists(source.Location)
        ? [.. LabelledImages.SubFolders(source.Location).Select(ClassNameComparer.Normalised)]
        : null;

    /// <summary>The reference distribution's images, labelled with the model's classes.</summary>
    /// <param name="flag">The flag that names them.</param>
    /// <param name="source">Its value.</param>
    /// <param name="modelClasses">The model's classes in the order of its logits.</param>
    /// <param name="skipBadImages">Whether images that cannot be read are left out and listed.</param>
    /// <param name="cancel">Stops between images.</param>
    /// <exception cref="UsageException">The layout's classes are not the model's.</exception>
    public static LabelledImages LoadReference(
        string flag, DataSource source, IReadOnlyList<string> modelClasses, bool skipBadImages, CancellationToken cancel)
    {
        try
        {
            return Readable(flag, source.LoadReference(modelClasses), skipBadImages, cancel);
        }
        catch (FormatException e)
        {
            string hint = source.BuiltInMapping is null ? "" : " `wiseft sweep` takes it as a --shift.";
            throw new UsageException(UsageException.Of(flag, e).Message + hint);
        }
    }

    /// <summary>A distribution shift, for a model's classes.</summary>
    /// <param name="source">Which.</param>
    /// <param name="modelClasses">The model's classes in the order of its logits.</param>
    /// <param name="skipBadImages">Whether images that cannot be read are left out and listed.</param>
    /// <param name="cancel">Stops between images.</param>
    public static DistributionShift LoadShift(
        ShiftSource source, IReadOnlyList<string> modelClasses, bool skipBadImages, CancellationToken cancel)
    {
        DistributionShift shift = UsageException.Naming("--shift", () => source.Load(modelClasses));
        return new DistributionShift(shift.Name, Readable(shift.Name, shift.Images, skipBadImages, cancel), shift.Mapping);
    }

    /// <summary>Says which classes of a test set have no image: they cannot count in its accuracy.</summary>
    public static void RemarkOnAbsentClasses(string name, LabelledImages images)
    {
        IReadOnlyList<string> absent = images.ClassesWithoutImages();
        if (absent.Count > 0)
            Output.Remark(
                $"{name}: {absent.Count} of {images.ClassNames.Count} classes have no image: " +
                $"{Listed.First(absent, 5)}{(absent.Count > 5 ? ", …" : "")}.");
    }

    /// <summary>Says that a shift without a mapping is scored over more classes than is usual.</summary>
    public static void RemarkOnSublist(DistributionShift shift)
    {
        if (ForgottenMapping(shift) is string mapping)
            Output.Remark(
                $"{shift.Name}: these are the 200 classes of {mapping}, scored over all {shift.Images.ClassNames.Count}. " +
                $"The paper scores them over their own: add --mapping {shift.Name}={mapping}.");
    }

    /// <summary>The mapping of the data set that a shift seems to be, where it has none; null otherwise.</summary>
    internal static string? ForgottenMapping(DistributionShift shift)
    {
        if (shift.Mapping is not null) return null;
        HashSet<string> used = [.. shift.Images.ClassNames.Except(shift.Images.ClassesWithoutImages(), StringComparer.Ordinal)];
        return used.Count == shift.Images.ClassNames.Count ? null
            : used.SetEquals(ImageNetClasses.WnidsOfA) ? "imagenet-a" : used.SetEquals(ImageNetClasses.WnidsOfR) ? "imagenet-r" : null;
    }

    /// <summary>What <c>--json</c> says of files that are left out, by test set; of a set that is read whole nothing.</summary>
    public static Dictionary<string, object> LeftOut(IEnumerable<(string Name, IReadOnlyList<LeftOutFile> Files)> sets) =>
        sets.Where(s => s.Files.Count > 0).ToDictionary(s => s.Name, s => (object)new
        {
            count = s.Files.Count,
            files = s.Files.Select(f => f.Path),
            kinds = s.Files.GroupBy(f => f.Kind, StringComparer.Ordinal).ToDictionary(k => k.Key, k => k.Count()),
        });

    /// <summary>Image files themselves, and every image below folders in ordinal order of the paths; what is left out is said.</summary>
    /// <param name="paths">Files and folders.</param>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="ImageException">A folder has no image.</exception>
    public static (string[] Images, LeftOutFile[] LeftOut) Files(params IReadOnlyList<string> paths)
    {
        List<string> images = [];
        List<LeftOutFile> leftOut = [];
        foreach (string path in paths)
        {
            if (!Path.Exists(path)) throw new FileNotFoundException($"There is no image or folder {path}.");
            if (!Directory.Exists(path))
            {
                images.Add(RegularFile.Require(path));
                continue;
            }
            ImageFolder found = ImageFolder.Read(path);
            Output.LeftOut(path, found.LeftOut);
            if (found.Images.IsEmpty)
                throw new ImageException($"{path}: the folder has no image. Expected PNG, JPEG, GIF, BMP or WebP files.");
            images.AddRange(found.Images.OrderBy(f => Path.GetRelativePath(path, f), StringComparer.Ordinal));
            leftOut.AddRange(found.LeftOut);
        }
        return ([.. images], [.. leftOut]);
    }

    /// <summary>The files that can be read as images, and the others, which are listed on the terminal.</summary>
    public static (string[] Images, LeftOutFile[] LeftOut) Readable(string[] files, CancellationToken cancel)
    {
        var images = new LabelledImages(["image"], [.. files.Select(ImageSource.FromFile)], new int[files.Length]);
        LabelledImages readable = Readable("", images, skipBadImages: true, cancel);
        return ([.. readable.Images.Select(i => i.Name)], [.. readable.LeftOut]);
    }

    /// <summary>Says what is left out, and which images are there under several classes: at most one of them is right.</summary>
    private static LabelledImages Readable(string name, LabelledImages images, bool skipBadImages, CancellationToken cancel)
    {
        Output.LeftOut(name, images.LeftOut);
        var conflicts = LabelConflict.Find(images, cancel);
        if (conflicts.Length > 0)
            Output.Remark(
                $"{name}: {Output.Count(conflicts.Length, "image")} {(conflicts.Length == 1 ? "is" : "are")} there under several " +
                "classes: " +
                $"{string.Join("; ", conflicts.Take(3).Select(Words))}{(conflicts.Length > 3 ? "; …" : "")}.");
        if (!skipBadImages) return images;
        var (readable, unreadable) = images.WithoutUnreadable(cancel);
        Output.Skipped(unreadable);
        return readable;

        static string Words(LabelConflict c) => $"{Listed.First(c.Names)} as {Listed.Quoted(c.Classes)}";
    }
}

using WiseFt.Images;

namespace WiseFt;

/// <summary>Images with the index of their class: a training set, or a test set of one distribution.</summary>
public sealed class LabelledImages
{
    /// <summary>Images and labels, checked against each other.</summary>
    /// <param name="classNames">Distinct names in label order.</param>
    /// <param name="images">At least one.</param>
    /// <param name="labels">One an image, in [0, number of classes).</param>
    /// <exception cref="ArgumentException">Counts differ, a class name occurs twice, or a label is no class.</exception>
    public LabelledImages(IReadOnlyList<string> classNames, IReadOnlyList<ImageSource> images, IReadOnlyList<int> labels)
    {
        ClassNames = Check.NotEmpty(classNames);
        Images = Check.NotEmpty(images);
        Labels = Check.NotEmpty(labels);
        if (images.Count != labels.Count)
            throw new ArgumentException($"{images.Count} images and {labels.Count} labels; expected one label an image.", nameof(labels));
        IndexOf(classNames);
        for (int i = 0; i < labels.Count; i++)
            if (labels[i] < 0 || labels[i] >= classNames.Count)
                throw new ArgumentException(
                    $"Label {labels[i]} of image {i} ({images[i].Name}) is no class; expected 0 to {classNames.Count - 1}.",
                    nameof(labels));
    }

    /// <summary>The classes' names, in label order.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The images.</summary>
    public IReadOnlyList<ImageSource> Images { get; }

    /// <summary>Each image's class: an index into <see cref="ClassNames"/>.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>The number of images.</summary>
    public int Count => Images.Count;

    /// <summary>The ways in which the images fall into groups, by region for instance. Default none.</summary>
    /// <value>One group index an image in each; distinct names.</value>
    public IReadOnlyList<ImageGroups> Groupings { get; init => field = Checked(value); } = [];

    /// <summary>What each image counts in the loss of fine-tuning, beside the weight of its class
    /// (<see cref="FineTuningOptions.ClassWeights"/>); evaluation does not look at it. Default null: each counts 1.</summary>
    /// <value>One an image; finite and at least 0.</value>
    public IReadOnlyList<float>? ExampleWeights { get; init => field = Checked(value); }

    /// <summary>What lies among the images and is not read: other formats, hidden images, pipes. Default none.</summary>
    public IReadOnlyList<LeftOutFile> LeftOut
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(value));
    } = [];

    /// <summary>A folder with one sub-folder a class, each with PNG, JPEG, GIF, BMP or WebP images in it or in folders below it.</summary>
    /// <param name="folder">The folder. A file is an image if it is called so (png, apng, jpg, jpeg, jpe, jfif, gif, bmp, dib, webp) or,
    /// called otherwise, begins as one. Hidden folders and files (a leading dot) and files of other formats are
    /// <see cref="LeftOut"/>.</param>
    /// <param name="classNames">
    /// The classes of the model that is evaluated, in its order; a class without a folder here is fine. Null:
    /// the sub-folders' names after Unicode normalisation (NFC), in ordinal order.
    /// </param>
    /// <returns>Images by class in ordinal order of the folders' paths, then of the files' names, as torchvision's ImageFolder has
    /// them. None is decoded yet.</returns>
    /// <exception cref="ImageException">No such folder, no sub-folder, a sub-folder without an image, a sub-folder that is no class,
    /// or two whose names are one after normalisation.</exception>
    public static LabelledImages FromFolder(string folder, IReadOnlyList<string>? classNames = null)
    {
        Check.NotBlank(folder);
        if (!Directory.Exists(folder))
            throw new ImageException($"{folder}: no such folder. Expected a folder with one sub-folder of images a class.");
        var names = SubFolders(folder);
        if (names.Length == 0)
            throw new ImageException($"{folder}: the folder has no sub-folder. Expected one sub-folder of images a class, named after it.");
        RefuseTwice(folder, names);
        if (classNames is null) RefuseSplits(folder, names);
        var classes = classNames ?? [.. names.Select(ClassNameComparer.Normalised)];
        var labelOf = IndexOf(classes);
        RefuseUnknown(folder, names, labelOf, classes);
        return FromFolders(folder, classes, names.Select(name => (name, labelOf[name])));
    }

    /// <summary>The images of some sub-folders.</summary>
    internal static LabelledImages FromFolders(
        string folder, IReadOnlyList<string> classNames, IEnumerable<(string Name, int Label)> subFolders)
    {
        List<ImageSource> images = [];
        List<int> labels = [];
        List<LeftOutFile> leftOut = [.. ImageFolder.Strays(folder)];
        foreach (var (name, label) in subFolders)
        {
            ImageFolder found = ImageFolder.Read(Path.Combine(folder, name));
            if (found.Images.IsEmpty) throw Empty(Path.Combine(folder, name), found);
            images.AddRange(found.Images.Select(ImageSource.FromFile));
            labels.AddRange(Enumerable.Repeat(label, found.Images.Length));
            leftOut.AddRange(found.LeftOut);
        }
        return new LabelledImages(classNames, images, labels) { LeftOut = leftOut };
    }

    /// <summary>The same images with their labels in the order of other classes, by name.</summary>
    /// <param name="classNames">Every class that an image here has, and any others: a model's classes in the order of its logits.</param>
    /// <exception cref="ArgumentException">A class that an image has is missing; the message lists which.</exception>
    public LabelledImages WithClassNames(IReadOnlyList<string> classNames)
    {
        if (ClassNames.SequenceEqual(Check.NotEmpty(classNames), StringComparer.Ordinal)) return this;
        var labelOf = IndexOf(classNames);
        string[] unknown = [.. Labels.Distinct().Order().Select(label => ClassNames[label]).Where(name => !labelOf.ContainsKey(name))];
        if (unknown.Length > 0)
            throw new ArgumentException(
                $"The images have {unknown.Length} classes that are not among the {classNames.Count} wanted: {Listed.Classes(unknown)}; " +
                $"wanted are {Listed.Classes(classNames)}. Expected the same names, or a mapping (docs/label-spaces.md).",
                nameof(classNames));
        return With(classNames, [.. Labels.Select(label => labelOf[ClassNames[label]])]);
    }

    /// <summary>The same images with other labels.</summary>
    internal LabelledImages With(IReadOnlyList<string> classNames, IReadOnlyList<int> labels) =>
        new(classNames, Images, labels) { Groupings = Groupings, ExampleWeights = ExampleWeights, LeftOut = LeftOut };

    /// <summary>The classes that no image has, in the order of the classes.</summary>
    internal IReadOnlyList<string> ClassesWithoutImages()
    {
        HashSet<int> used = [.. Labels];
        return [.. ClassNames.Where((_, label) => !used.Contains(label))];
    }

    /// <summary>The images that can be read, and why the others cannot. Decodes every image once.</summary>
    /// <param name="cancel">Stops between images.</param>
    /// <exception cref="ImageException">No image can be read.</exception>
    public (LabelledImages Readable, IReadOnlyList<ImageException> Unreadable) WithoutUnreadable(CancellationToken cancel = default)
    {
        var failures = new ImageException?[Count];
        Parallel.For(0, Count, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            try
            {
                Images[i].Decode();
            }
            catch (ImageException unreadable)
            {
                failures[i] = unreadable;
            }
        });
        ImageException[] unreadable = [.. failures.OfType<ImageException>()];
        if (unreadable.Length == 0) return (this, unreadable);
        if (unreadable.Length == Count)
            throw new ImageException($"None of the {Count} images can be read. The first: {unreadable[0].Message}", unreadable[0]);
        LeftOutFile[] leftOut =
        [
            .. LeftOut,
            .. Enumerable.Range(0, Count).Where(i => failures[i] is not null)
                .Select(i => new LeftOutFile(Images[i].Name, "image that cannot be read")),
        ];
        return (Only([.. Enumerable.Range(0, Count).Where(i => failures[i] is null)], leftOut), unreadable);
    }

    /// <summary>Some of the images.</summary>
    /// <param name="kept">Their places; at least one.</param>
    /// <param name="leftOut">What is left out of them; what was left out of all if null.</param>
    internal LabelledImages Only(int[] kept, IReadOnlyList<LeftOutFile>? leftOut = null) =>
        new(ClassNames, [.. kept.Select(i => Images[i])], [.. kept.Select(i => Labels[i])])
        {
            Groupings = [.. Groupings.Select(g => g.Of(kept))],
            ExampleWeights = ExampleWeights is null ? null : [.. kept.Select(i => ExampleWeights[i])],
            LeftOut = leftOut ?? LeftOut,
        };

    /// <summary>The names of the sub-folders that are not hidden, in ordinal order of their composed forms.</summary>
    internal static string[] SubFolders(string folder) =>
        [.. Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)).Where(name => !name.StartsWith('.'))
            .OrderBy(ClassNameComparer.Normalised, StringComparer.Ordinal).ThenBy(name => name, StringComparer.Ordinal)];

    private static ImageException Empty(string folder, ImageFolder found)
    {
        int other = Directory.GetFiles(folder).Length;
        string list = found.LeftOut.IsEmpty ? "" : $": {LeftOutFile.Summary(found.LeftOut)}";
        return new ImageException(
            $"{folder}: the class has no image (found {other} other files and {found.Folders} folders{list}). " +
            "Expected PNG, JPEG, GIF, BMP or WebP files in it. Add images, or remove the folder.");
    }

    // A folder of a data set's parts has images in folders of folders too.
    private static void RefuseSplits(string folder, string[] names)
    {
        string[] parts = ["train", "training", "val", "valid", "validation", "test", "testing", "dev"];
        if (names.All(n => parts.Contains(n, StringComparer.OrdinalIgnoreCase)
            && Directory.GetFiles(Path.Combine(folder, n)).Length == 0 && SubFolders(Path.Combine(folder, n)).Length > 0))
            throw new ImageException(
                $"{folder}: its sub-folders are {Listed.Quoted(names)}, the parts of a data set, with the classes in them. " +
                $"Expected one sub-folder of images a class; name a part, such as {Path.Combine(folder, names[0])}.");
    }

    private static void RefuseTwice(string folder, string[] names)
    {
        string[]? twice = names.GroupBy(n => n, ClassNameComparer.Instance).FirstOrDefault(g => g.Skip(1).Any())?.ToArray();
        if (twice is not null)
            throw new ImageException(
                $"{folder}: {twice.Length} sub-folders are the class '{ClassNameComparer.Normalised(twice[0])}': their names read the " +
                "same and differ in how Unicode composes their letters. Move their images into one of them.");
    }

    /// <summary>The place of each class.</summary>
    /// <exception cref="ArgumentException">A name occurs twice.</exception>
    internal static Dictionary<string, int> IndexOf(IReadOnlyList<string> classNames)
    {
        Dictionary<string, int> index = new(ClassNameComparer.Instance);
        for (int i = 0; i < Check.NotEmpty(classNames).Count; i++)
            if (!index.TryAdd(classNames[i], i))
                throw new ArgumentException(
                    $"The class '{classNames[i]}' occurs at {index[classNames[i]]} and at {i}; class names must be distinct.",
                    nameof(classNames));
        return index;
    }

    private static void RefuseUnknown(string folder, string[] names, Dictionary<string, int> labelOf, IReadOnlyList<string> classes)
    {
        string[] unknown = [.. names.Where(name => !labelOf.ContainsKey(name))];
        if (unknown.Length == 0) return;
        bool isV2 = unknown.All(name => LabelOrder.Number(name) < ImageNetClasses.Wnids.Length)
            && ImageNetClasses.Wnids.Contains(classes[0]);
        throw new ImageException(
            $"{folder}: {unknown.Length} of {names.Length} sub-folders are no class of the model: {Listed.Classes(unknown)}. " +
            $"Its {classes.Count} classes are {Listed.Classes(classes)}. " +
            (isV2
                ? "Folders of numbers are ImageNet-V2's: read them as imagenet-v2 (docs/datasets.md)."
                : "Rename these folders to the class they show, or remove them."));
    }

    private IReadOnlyList<float>? Checked(IReadOnlyList<float>? weights)
    {
        if (weights is null) return null;
        if (weights.Count != Count)
            throw new ArgumentException(
                $"There are {weights.Count} example weights and {Count} images; expected one an image.", nameof(weights));
        for (int i = 0; i < weights.Count; i++)
            if (!(weights[i] >= 0 && float.IsFinite(weights[i])))
                throw new ArgumentException(
                    FormattableString.Invariant($"Image {i} ({Images[i].Name}) weighs {weights[i]}; ") +
                    "expected a finite number of at least 0.",
                    nameof(weights));
        return weights;
    }

    private IReadOnlyList<ImageGroups> Checked(IReadOnlyList<ImageGroups> groupings)
    {
        ArgumentNullException.ThrowIfNull(groupings);
        foreach (ImageGroups grouping in groupings)
            if (grouping.Indices.Length != Count)
                throw new ArgumentException(
                    $"'{grouping.Name}' groups {grouping.Indices.Length} images, and there are {Count}; expected one group an image.",
                    nameof(groupings));
        string? twice = groupings.GroupBy(g => g.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Skip(1).Any())?.Key;
        if (twice is not null)
            throw new ArgumentException($"Two groupings are named '{twice}'; expected distinct names.", nameof(groupings));
        return groupings;
    }
}

namespace WiseFt.Images;

/// <summary>Reads well-known test sets in the layout in which they are distributed.
/// docs/datasets.md says which, and where the traps are.</summary>
/// <remarks>The sets of the ImageNet family have the data set's own classes;
/// <c>ClassMapping.BuiltIn</c> relates them to a model's.</remarks>
public static class ImageDatasets
{
    /// <summary>ImageNet's training or validation images, or ImageNet-Sketch's: a folder with sub-folders named by wnid.</summary>
    /// <param name="folder">Such as imagenet/val, sorted into class folders, or sketch. Classes without a folder are fine.</param>
    /// <returns>Images of the 1000 classes of <see cref="ImageNetClasses.Wnids"/>.</returns>
    /// <exception cref="ImageException">No such folder, a sub-folder that is no class, or one without images.</exception>
    public static LabelledImages ImageNet(string folder) => WnidFolders(folder, ImageNetClasses.Wnids, "ImageNet");

    /// <summary>ImageNet-A: a folder with sub-folders named by wnid.</summary>
    /// <param name="folder">The folder imagenet-a.</param>
    /// <returns>Images of the 200 classes of <see cref="ImageNetClasses.WnidsOfA"/>.</returns>
    /// <exception cref="ImageException">No such folder, a sub-folder that is no class, or one without images.</exception>
    public static LabelledImages ImageNetA(string folder) => WnidFolders(folder, ImageNetClasses.WnidsOfA, "ImageNet-A");

    /// <summary>ImageNet-R: a folder with sub-folders named by wnid.</summary>
    /// <param name="folder">The folder imagenet-r.</param>
    /// <returns>Images of the 200 classes of <see cref="ImageNetClasses.WnidsOfR"/>.</returns>
    /// <exception cref="ImageException">No such folder, a sub-folder that is no class, or one without images.</exception>
    public static LabelledImages ImageNetR(string folder) => WnidFolders(folder, ImageNetClasses.WnidsOfR, "ImageNet-R");

    /// <summary>ImageNet-V2: a folder with sub-folders named by the numbers 0 to 999, which are places among ImageNet's classes.</summary>
    /// <param name="folder">Such as imagenetv2-matched-frequency-format-val.</param>
    /// <returns>Images of the 1000 classes of <see cref="ImageNetClasses.Wnids"/>.</returns>
    /// <exception cref="ImageException">No such folder, a sub-folder that is no number from 0 to 999, or one without images.</exception>
    /// <remarks>Sorted as text the folders read 0, 1, 10, 100, …: whoever counts them so gets wrong labels.
    /// Here the name is the label.</remarks>
    public static LabelledImages ImageNetV2(string folder)
    {
        var subFolders = SubFolders(folder, "named by a number from 0 to 999")
            .Select(name => (Name: name, Label: LabelOrder.Number(name))).ToArray();
        string[] unknown = [.. subFolders.Where(f => !(f.Label < ImageNetClasses.Wnids.Length)).Select(f => f.Name)];
        if (unknown.Length > 0)
            throw new ImageException(
                $"{folder}: {unknown.Length} of {subFolders.Length} sub-folders are no class numbers: {Listed.Classes(unknown)}. " +
                "Expected ImageNet-V2's, the numbers 0 to 999; folders named by wnid are read as imagenet.");
        var twice = subFolders.GroupBy(f => f.Label).FirstOrDefault(g => g.Skip(1).Any());
        if (twice is not null)
            throw new ImageException(
                $"{folder}: {Listed.Classes([.. twice.Select(f => f.Name)])} are all class {twice.Key}. " +
                "Expected one sub-folder a class.");
        return LabelledImages.FromFolders(
            folder, ImageNetClasses.Wnids, subFolders.OrderBy(f => f.Label).Select(f => (f.Name, f.Label!.Value)));
    }

    /// <summary>ObjectNet's images of the 113 objects that are classes of ImageNet, without their border.</summary>
    /// <param name="folder">The folder objectnet-1.0/images, with a sub-folder an object.</param>
    /// <param name="border">Pixels to cut off at each side. Default 2, as the reference does:
    /// the images have a red border of one pixel.</param>
    /// <returns>Images of 113 classes, named as the folders. The other 200 objects' folders are left out.</returns>
    /// <exception cref="ImageException">No such folder, a sub-folder that is none of ObjectNet's 313, or one without images.</exception>
    /// <remarks>Source: modestyachts/imagenet-testbed src/eval_settings/objectnet.py. Differs from mlfoundations/wise-ft
    /// src/datasets/objectnet.py, where the crop is composed after the data set was built and so never applied.</remarks>
    public static LabelledImages ObjectNet(string folder, int border = 2)
    {
        Check.InRange(border, 0, 1000);
        string[] names = SubFolders(folder, "named as ObjectNet's objects");
        string[] unknown = [.. names.Where(n => !ObjectNetFolders.All.ContainsKey(n))];
        if (unknown.Length > 0)
            throw new ImageException(
                $"{folder}: {unknown.Length} of {names.Length} sub-folders are no objects of ObjectNet: " +
                $"{Listed.Classes(unknown)}. Expected the folder objectnet-1.0/images, " +
                "whose sub-folders are called 'alarm_clock', 'backpack', ….");
        var classes = ObjectNetFolders.Mapped;
        var subFolders = names.Select(n => (n, classes.IndexOf(n))).Where(f => f.Item2 >= 0).ToArray();
        if (subFolders.Length == 0)
            throw new ImageException(
                $"{folder}: none of the {names.Length} objects is a class of ImageNet. " +
                $"Expected at least one of {Listed.Classes(classes)}.");
        LabelledImages images = LabelledImages.FromFolders(folder, classes, subFolders);
        return new LabelledImages(classes, [.. images.Images.Select(i => i.WithoutBorder(border))], images.Labels)
        {
            LeftOut = images.LeftOut,
        };
    }

    /// <summary>CIFAR-10, in its binary or its Python version.</summary>
    /// <param name="folder">The folder cifar-10-batches-bin or cifar-10-batches-py, or one that holds it.
    /// The binary version goes first.</param>
    /// <param name="split">Test (the default) or training images.</param>
    /// <exception cref="ImageException">A file is missing, cut short, or of another data set;
    /// a pickle asks for more than arrays.</exception>
    public static LabelledImages Cifar10(string folder, CifarSplit split = CifarSplit.Test) =>
        CifarFiles.Read10(folder, Check.Defined(split));

    /// <summary>CIFAR-100, in its binary or its Python version, with its 20 superclasses as groups.</summary>
    /// <param name="folder">The folder cifar-100-binary or cifar-100-python, or one that holds it. The binary version goes first.</param>
    /// <param name="split">Test (the default) or training images.</param>
    /// <exception cref="ImageException">A file is missing, cut short, or of another data set;
    /// a pickle asks for more than arrays.</exception>
    public static LabelledImages Cifar100(string folder, CifarSplit split = CifarSplit.Test) =>
        CifarFiles.Read100(folder, Check.Defined(split));

    /// <summary>CIFAR-10.1: new test images for CIFAR-10.</summary>
    /// <param name="folder">The folder with cifar10.1_v6_data.npy and cifar10.1_v6_labels.npy.</param>
    /// <param name="version">"v6", the default and the paper's, or "v4".</param>
    /// <exception cref="ImageException">A file is missing, damaged, or of other shape or type.</exception>
    public static LabelledImages Cifar101(string folder, string version = "v6")
    {
        string stem = Path.Combine(Check.NotBlank(folder), $"cifar10.1_{version}");
        return CifarArrays(
            $"{stem}_data.npy", NpyFile.Read($"{stem}_data.npy"), Labels($"{stem}_labels.npy", NpyFile.Read($"{stem}_labels.npy")));
    }

    /// <summary>CIFAR-10.2: a reproduction of CIFAR-10.</summary>
    /// <param name="folder">The folder with cifar102_test.npz, as it is distributed now; cifar102_test.npy, a pickled dictionary, as it
    /// was when the paper was written; or cifar102_test_images.npy and cifar102_test_labels.npy. The first that is there is read.</param>
    /// <param name="split">Test (the default, 2,000 images) or training images (10,000; cifar102_train…).</param>
    /// <exception cref="ImageException">No such file, or a damaged one, or arrays of other shape or type;
    /// a pickle asks for more than arrays.</exception>
    /// <remarks>Source: modestyachts/cifar-10.2 README.md; mlfoundations/wise-ft src/datasets/cifar10.py.</remarks>
    public static LabelledImages Cifar102(string folder, CifarSplit split = CifarSplit.Test)
    {
        string stem = Path.Combine(Check.NotBlank(folder), Check.Defined(split) == CifarSplit.Test ? "cifar102_test" : "cifar102_train");
        if (File.Exists($"{stem}.npz"))
        {
            NumPyArray[] arrays = NpzFile.Read($"{stem}.npz", "images", "labels");
            return CifarArrays($"{stem}.npz", arrays[0], Labels($"{stem}.npz", arrays[1]));
        }
        if (File.Exists($"{stem}.npy"))
        {
            NumPyDictionary dictionary = NpyFile.ReadDictionary($"{stem}.npy");
            return CifarArrays($"{stem}.npy", dictionary.Array("images"), dictionary.Integers("labels"));
        }
        if (!File.Exists($"{stem}_images.npy"))
            throw new ImageException(
                $"{folder}: no {Path.GetFileName(stem)}.npz, nor {Path.GetFileName(stem)}.npy, nor {Path.GetFileName(stem)}_images.npy. " +
                "Expected CIFAR-10.2 as it is distributed.");
        return CifarArrays(
            $"{stem}_images.npy", NpyFile.Read($"{stem}_images.npy"), Labels($"{stem}_labels.npy", NpyFile.Read($"{stem}_labels.npy")));
    }

    /// <summary>Images and labels in two NumPy files.</summary>
    /// <param name="imagesPath">A .npy file of uint8 (N, H, W, 3), RGB.</param>
    /// <param name="labelsPath">A .npy file of whole numbers (N), each a place among the class names.</param>
    /// <param name="classNames">Distinct names in label order.</param>
    /// <exception cref="ImageException">A file is missing, damaged, or of other shape or type.</exception>
    /// <exception cref="ArgumentException">A label is no class, or a name occurs twice.</exception>
    public static LabelledImages FromNpy(string imagesPath, string labelsPath, IReadOnlyList<string> classNames)
    {
        NumPyArray images = NpyFile.Read(Check.NotBlank(imagesPath)), labels = NpyFile.Read(Check.NotBlank(labelsPath));
        return FromArrays(imagesPath, images, Labels(labelsPath, labels), classNames);
    }

    private static LabelledImages CifarArrays(string path, NumPyArray images, int[] labels) =>
        FromArrays(path, images, CifarFiles.Labels(labels, CifarFiles.Names10, path), CifarFiles.Names10);

    private static LabelledImages FromArrays(string path, NumPyArray images, int[] labels, IReadOnlyList<string> classNames)
    {
        if (images.Shape is not [> 0 and var n, > 0 and var height, > 0 and var width, 3])
            throw new ImageException(
                $"{path}: the array has the shape ({string.Join(", ", images.Shape)}). Expected (N, height, width, 3): RGB images.");
        if (labels.Length != n)
            throw new ImageException($"{path}: there are {n} images and {labels.Length} labels. Expected a label for each image.");
        ReadOnlyMemory<byte> pixels = images.Bytes();
        int size = checked(height * width * 3);
        return new LabelledImages(
            classNames,
            [.. Enumerable.Range(0, n).Select(i => ImageSource.FromRgb(
                new RgbImage(width, height, pixels.Slice(i * size, size).ToArray()), FormattableString.Invariant($"{path}#{i}")))],
            labels);
    }

    private static int[] Labels(string path, NumPyArray labels) =>
        labels.Shape is [_]
            ? labels.Integers()
            : throw new ImageException(
                $"{path}: the array has the shape ({string.Join(", ", labels.Shape)}). Expected one axis: a label for each image.");

    private static LabelledImages WnidFolders(string folder, IReadOnlyList<string> wnids, string dataset)
    {
        string[] names = SubFolders(folder, $"named by {dataset}'s wnids, such as '{wnids[0]}'");
        var labelOf = wnids.Index().ToDictionary(w => w.Item, w => w.Index, StringComparer.Ordinal);
        string[] unknown = [.. names.Where(n => !labelOf.ContainsKey(n))];
        if (unknown.Length > 0)
            throw new ImageException(
                $"{folder}: {unknown.Length} of {names.Length} sub-folders are none of {dataset}'s {wnids.Count} classes: " +
                $"{Listed.Classes(unknown)}. Expected wnids such as '{wnids[0]}'" +
                $"{(unknown.All(u => LabelOrder.Number(u) is not null) ? "; folders named by number are read as imagenet-v2" : "")}.");
        return LabelledImages.FromFolders(folder, wnids, names.Select(n => (n, labelOf[n])));
    }

    private static string[] SubFolders(string folder, string named)
    {
        if (!Directory.Exists(Check.NotBlank(folder)))
            throw new ImageException($"{folder}: no such folder. Expected one with sub-folders of images {named}.");
        string[] names = LabelledImages.SubFolders(folder);
        return names.Length > 0
            ? names
            : throw new ImageException(
                $"{folder}: the folder has no sub-folder. Expected sub-folders of images {named}; sort the images into them first.");
    }
}

/// <summary>Which half of CIFAR is read.</summary>
public enum CifarSplit
{
    /// <summary>The test images. The default.</summary>
    Test,

    /// <summary>The training images.</summary>
    Train,
}

namespace WiseFt.Images;

/// <summary>CIFAR's Python version: pickled dictionaries of an array (images, 3072) of colour planes and lists of labels.
/// Nothing in them is executed.</summary>
internal static class CifarPythonFiles
{
    public static LabelledImages Read10(string folder, string[] files)
    {
        string meta = Path.Combine(folder, "batches.meta");
        IReadOnlyList<string> names = File.Exists(meta) ? Names(meta, "label_names", CifarFiles.Names10.Count) : CifarFiles.Names10;
        List<ImageSource> images = [];
        List<int> labels = [];
        foreach (string path in files.Select(f => Path.Combine(folder, f)))
        {
            NumPyDictionary batch = Open(path);
            ImageSource[] read = Images(batch, path);
            images.AddRange(read);
            labels.AddRange(Labels(batch, "labels", names, path, read.Length));
        }
        return new LabelledImages(names, images, labels);
    }

    public static LabelledImages Read100(string folder, string file)
    {
        string meta = Path.Combine(folder, "meta"), path = Path.Combine(folder, file);
        string[] names = Names(meta, "fine_label_names", 100), superclasses = Names(meta, "coarse_label_names", 20);
        NumPyDictionary batch = Open(path);
        ImageSource[] images = Images(batch, path);
        return new LabelledImages(names, images, Labels(batch, "fine_labels", names, path, images.Length))
        {
            Groupings = [new ImageGroups("superclass", superclasses, Labels(batch, "coarse_labels", superclasses, path, images.Length))],
        };
    }

    private static NumPyDictionary Open(string path) => NumPyDictionary.Read(path, DataFile.Read(path));

    private static ImageSource[] Images(NumPyDictionary batch, string path)
    {
        NumPyArray data = batch.Array("data");
        if (data.Shape is not [> 0 and var count, CifarFiles.PixelBytes])
            throw new ImageException(
                $"{path}: 'data' has the shape ({string.Join(", ", data.Shape)}). Expected (images, {CifarFiles.PixelBytes}).");
        ReadOnlyMemory<byte> planes = data.Bytes();
        return [.. Enumerable.Range(0, count)
            .Select(i => CifarFiles.ImageOfPlanes(planes.Span.Slice(i * CifarFiles.PixelBytes, CifarFiles.PixelBytes), path, i))];
    }

    private static int[] Labels(NumPyDictionary batch, string name, IReadOnlyList<string> names, string path, int images)
    {
        int[] labels = batch.Integers(name);
        if (labels.Length != images)
            throw new ImageException(
                $"{path}: there are {images} images and {labels.Length} numbers in '{name}'. Expected one for each image.");
        return CifarFiles.Labels(labels, names, path);
    }

    private static string[] Names(string path, string name, int count) => CifarFiles.Distinct(Open(path).Texts(name, count), path);
}

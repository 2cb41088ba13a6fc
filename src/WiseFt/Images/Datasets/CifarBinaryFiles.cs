namespace WiseFt.Images;

/// <summary>CIFAR's binary version: records of label bytes and a 32 x 32 image, one colour plane after the other.</summary>
internal static class CifarBinaryFiles
{
    public static LabelledImages Read10(string folder, string[] files)
    {
        string names = Path.Combine(folder, "batches.meta.txt");
        return Read(folder, files, File.Exists(names) ? Names(names, CifarFiles.Names10.Count) : CifarFiles.Names10, []);
    }

    public static LabelledImages Read100(string folder, string file) =>
        Read(
            folder, [file], Names(Path.Combine(folder, "fine_label_names.txt"), 100),
            Names(Path.Combine(folder, "coarse_label_names.txt"), 20));

    private static LabelledImages Read(string folder, string[] files, IReadOnlyList<string> classNames, string[] superclasses)
    {
        List<ImageSource> images = [];
        List<int> labels = [], coarse = [];
        foreach (string file in files) ReadRecords(Path.Combine(folder, file), classNames, superclasses, images, labels, coarse);
        return new LabelledImages(classNames, images, labels)
        {
            Groupings = superclasses.Length == 0 ? [] : [new ImageGroups("superclass", superclasses, coarse)],
        };
    }

    /// <summary>Records of [superclass], class, 1024 red, 1024 green and 1024 blue bytes.</summary>
    private static void ReadRecords(
        string path, IReadOnlyList<string> classNames, string[] superclasses, List<ImageSource> images, List<int> labels, List<int> coarse)
    {
        byte[] bytes = DataFile.Read(path);
        int labelBytes = superclasses.Length == 0 ? 1 : 2, record = labelBytes + CifarFiles.PixelBytes;
        if (bytes.Length == 0 || bytes.Length % record != 0)
            throw new ImageException(
                $"{path}: the file has {bytes.Length} bytes. Expected a multiple of {record} ({labelBytes} of labels and " +
                $"{CifarFiles.PixelBytes} of pixels an image): it is cut short, or {(labelBytes == 1 ? "of CIFAR-100" : "of CIFAR-10")}.");
        for (int i = 0; i < bytes.Length / record; i++)
        {
            ReadOnlySpan<byte> image = bytes.AsSpan(i * record, record);
            if (labelBytes == 2) coarse.Add(CifarFiles.Label(image[0], superclasses, path, i));
            labels.Add(CifarFiles.Label(image[labelBytes - 1], classNames, path, i));
            images.Add(CifarFiles.ImageOfPlanes(image[labelBytes..], path, i));
        }
    }

    private static string[] Names(string path, int count)
    {
        string[] names = DataFile.Lines(path);
        return names.Length == count
            ? CifarFiles.Distinct(names, path)
            : throw new ImageException(
                $"{path}: found {names.Length} class names. Expected {count}, one a line, as the binary version has them.");
    }
}

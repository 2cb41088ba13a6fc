namespace WiseFt;

/// <summary>CIFAR-10 and CIFAR-100 in their binary version: records of label bytes and a 32 x 32 image, one colour plane after the other.</summary>
/// <remarks>Source of the format: https://www.cs.toronto.edu/~kriz/cifar.html. The Python version holds pickled NumPy arrays and is not read.</remarks>
internal static class CifarFiles
{
    public const int Side = 32, PixelBytes = 3 * Side * Side;

    private static readonly string[] _names10 = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>CIFAR-10's classes in label order.</summary>
    public static IReadOnlyList<string> Names10 => _names10;

    public static LabelledImages Read10(string folder, CifarSplit split)
    {
        string inner = Folder(folder, "cifar-10-batches-bin");
        string[] files = split == CifarSplit.Test ? ["test_batch.bin"] : [.. Enumerable.Range(1, 5).Select(i => FormattableString.Invariant($"data_batch_{i}.bin"))];
        string names = Path.Combine(inner, "batches.meta.txt");
        return Read(inner, files, File.Exists(names) ? Names(names, _names10.Length) : _names10, []);
    }

    public static LabelledImages Read100(string folder, CifarSplit split)
    {
        string inner = Folder(folder, "cifar-100-binary");
        string[] files = [split == CifarSplit.Test ? "test.bin" : "train.bin"];
        RequireFiles(inner, files);
        return Read(inner, files, Names(Path.Combine(inner, "fine_label_names.txt"), 100), Names(Path.Combine(inner, "coarse_label_names.txt"), 20));
    }

    /// <summary>An image of interleaved pixels, (32, 32, 3).</summary>
    public static ImageSource Image(ReadOnlySpan<byte> interleaved, string file, int index) =>
        ImageSource.FromRgb(new RgbImage(Side, Side, interleaved.ToArray()), FormattableString.Invariant($"{file}#{index}"));

    private static LabelledImages Read(string folder, string[] files, IReadOnlyList<string> classNames, string[] superclasses)
    {
        RequireFiles(folder, files);
        List<ImageSource> images = [];
        List<int> labels = [], coarse = [];
        foreach (string file in files) ReadRecords(Path.Combine(folder, file), classNames, superclasses, images, labels, coarse);
        return new LabelledImages(classNames, images, labels) { Groupings = superclasses.Length == 0 ? [] : [new ImageGroups("superclass", superclasses, coarse)] };
    }

    /// <summary>Records of [superclass], class, 1024 red, 1024 green and 1024 blue bytes.</summary>
    private static void ReadRecords(
        string path, IReadOnlyList<string> classNames, string[] superclasses, List<ImageSource> images, List<int> labels, List<int> coarse)
    {
        byte[] bytes = DataFile.Read(path);
        int labelBytes = superclasses.Length == 0 ? 1 : 2, record = labelBytes + PixelBytes;
        if (bytes.Length == 0 || bytes.Length % record != 0)
            throw new ImageException($"{path}: the file has {bytes.Length} bytes. Expected a multiple of {record} ({labelBytes} of labels and {PixelBytes} of pixels an image): it is cut short, or {(labelBytes == 1 ? "of CIFAR-100" : "of CIFAR-10")}.");
        var pixels = new byte[PixelBytes];
        for (int i = 0; i < bytes.Length / record; i++)
        {
            ReadOnlySpan<byte> image = bytes.AsSpan(i * record, record);
            if (labelBytes == 2) coarse.Add(Label(image[0], superclasses, path, i));
            labels.Add(Label(image[labelBytes - 1], classNames, path, i));
            for (int p = 0; p < Side * Side; p++)
                for (int channel = 0; channel < 3; channel++) pixels[3 * p + channel] = image[labelBytes + channel * Side * Side + p];
            images.Add(Image(pixels, path, i));
        }
    }

    private static int Label(byte label, IReadOnlyList<string> names, string path, int index) => label < names.Count
        ? label : throw new ImageException($"{path}: image {index} has the label {label}. Expected 0 to {names.Count - 1}; is this the file of another data set?");

    /// <summary>The folder itself, or the one in it that the archive makes.</summary>
    private static string Folder(string folder, string inner)
    {
        if (!Directory.Exists(Check.NotBlank(folder))) throw new ImageException($"{folder}: no such folder. Expected the folder {inner}, or one that holds it.");
        return Directory.Exists(Path.Combine(folder, inner)) ? Path.Combine(folder, inner) : folder;
    }

    private static string[] Names(string path, int count)
    {
        string[] names = DataFile.Lines(path);
        return names.Length == count ? names : throw new ImageException($"{path}: found {names.Length} class names. Expected {count}, one a line, as the binary version has them.");
    }

    private static void RequireFiles(string folder, string[] files)
    {
        string[] missing = [.. files.Where(f => !File.Exists(Path.Combine(folder, f)))];
        if (missing.Length == 0) return;
        string[] python = ["data_batch_1", "test_batch", "train", "test", "cifar-10-batches-py", "cifar-100-python"];
        string? found = python.FirstOrDefault(f => Path.Exists(Path.Combine(folder, f)));
        throw new ImageException(
            $"{folder}: {string.Join(", ", missing)} not found. Expected the binary version of CIFAR (cifar-10-binary.tar.gz or cifar-100-binary.tar.gz, unpacked)." +
            (found is null ? "" : $" Found '{found}', which is of the Python version: pickled arrays, which are not read because reading them can run code."));
    }
}

namespace WiseFt.Images;

/// <summary>CIFAR-10 and CIFAR-100, in whichever of their versions is there: the binary one first, then Python's.</summary>
/// <remarks>Source of the formats: https://www.cs.toronto.edu/~kriz/cifar.html.</remarks>
internal static class CifarFiles
{
    public const int Side = 32, PixelBytes = 3 * Side * Side;

    private static readonly string[] _names10 = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>CIFAR-10's classes in label order.</summary>
    public static IReadOnlyList<string> Names10 => _names10;

    public static LabelledImages Read10(string folder, CifarSplit split)
    {
        string[] batches = split == CifarSplit.Test
            ? ["test_batch"]
            : [.. Enumerable.Range(1, 5).Select(i => FormattableString.Invariant($"data_batch_{i}"))];
        string[] binary = [.. batches.Select(b => $"{b}.bin")];
        if (Find(folder, "cifar-10-batches-bin", binary) is { } bin) return CifarBinaryFiles.Read10(bin, binary);
        if (Find(folder, "cifar-10-batches-py", batches) is { } python) return CifarPythonFiles.Read10(python, batches);
        throw Missing(folder, binary, batches, "cifar-10");
    }

    public static LabelledImages Read100(string folder, CifarSplit split)
    {
        string file = split == CifarSplit.Test ? "test" : "train";
        if (Find(folder, "cifar-100-binary", [$"{file}.bin"]) is { } bin) return CifarBinaryFiles.Read100(bin, $"{file}.bin");
        if (Find(folder, "cifar-100-python", [file]) is { } python) return CifarPythonFiles.Read100(python, file);
        throw Missing(folder, [$"{file}.bin"], [file], "cifar-100");
    }

    /// <summary>An image of 1024 red, 1024 green and 1024 blue bytes.</summary>
    public static ImageSource ImageOfPlanes(ReadOnlySpan<byte> planes, string file, int index)
    {
        var pixels = new byte[PixelBytes];
        for (int p = 0; p < Side * Side; p++)
            for (int channel = 0; channel < 3; channel++) pixels[3 * p + channel] = planes[channel * Side * Side + p];
        return ImageSource.FromRgb(new RgbImage(Side, Side, pixels), FormattableString.Invariant($"{file}#{index}"));
    }

    /// <summary>The names, if none occurs twice.</summary>
    public static string[] Distinct(string[] names, string path)
    {
        string? twice = names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Skip(1).Any())?.Key;
        return twice is null
            ? names
            : throw new ImageException($"{path}: the class name '{twice}' occurs twice. Expected distinct names; the file is damaged.");
    }

    /// <summary>The label, if it is a place among the names.</summary>
    public static int Label(int label, IReadOnlyList<string> names, string path, int index) => label >= 0 && label < names.Count
        ? label
        : throw new ImageException(
            $"{path}: image {index} has the label {label}. Expected 0 to {names.Count - 1}; is this the file of another data set?");

    /// <summary>The labels, if each is a place among the names.</summary>
    public static int[] Labels(int[] labels, IReadOnlyList<string> names, string path)
    {
        for (int i = 0; i < labels.Length; i++) Label(labels[i], names, path, i);
        return labels;
    }

    /// <summary>The folder itself or the one in it that the archive makes, if one of the files is there;
    /// all of them must be then.</summary>
    private static string? Find(string folder, string inner, string[] files)
    {
        if (!Directory.Exists(Check.NotBlank(folder)))
            throw new ImageException($"{folder}: no such folder. Expected the folder {inner}, or one that holds it.");
        string at = Directory.Exists(Path.Combine(folder, inner)) ? Path.Combine(folder, inner) : folder;
        string[] missing = [.. files.Where(f => !File.Exists(Path.Combine(at, f)))];
        if (missing.Length == files.Length) return null;
        return missing.Length == 0
            ? at
            : throw new ImageException($"{at}: {string.Join(", ", missing)} not found. Expected all files of the archive, unpacked.");
    }

    private static ImageException Missing(string folder, string[] binary, string[] python, string archive) => new(
        $"{folder}: {string.Join(", ", binary)} not found, nor {string.Join(", ", python)}. " +
        $"Expected {archive}-binary.tar.gz or {archive}-python.tar.gz, unpacked.");
}

using System.Text;
using WiseFt.Images;
using WiseFt.Tests;

namespace WiseFt.Fuzzing;

/// <summary>Files of data sets: arrays and lists of images.</summary>
internal static class DatasetTargets
{
    private static readonly byte[] _image = File.ReadAllBytes(Fixtures.Path("images/one-1x1.png"));

    private static readonly string[] _pickleWords = [
        "cos\nsystem\n", "cnumpy\ndtype\n", "cnumpy.core.multiarray\nscalar\n", "c_codecs\nencode\n", "latin1", "h\u0002",
        "U\u0002u1", "<", "i8"];

    public static IEnumerable<FuzzTarget> All =>
    [
        new(
            "npy", "NumPy arrays of images", () => [Npy(1, "|u1", "(3, 2, 4, 3)", 72), Npy(2, "|u1", "(3, 2, 4, 3)", 72)], ReadImages,
            typeof(ImageException))
        {
            Words = ["2147483647, ", "4294967296", "'shape': (", "|O", "<i8", "True"],
        },
        new(
            "npy-labels", "NumPy arrays of labels", () => [Npy(1, "<i8", "(3,)", 24), Npy(1, "<u2", "(3,)", 6)], ReadLabels,
            typeof(ImageException), typeof(ArgumentException))
        {
            Words = ["2147483647, ", "'shape': (", "|O", "<u4"],
        },
        new(
            "cifar-python", "CIFAR's Python version",
            () => [Fixture("cifar-10-batches-py/test_batch"), Fixture("cifar-10-python3/test_batch")], ReadCifar, typeof(ImageException))
        {
            Words = _pickleWords,
        },
        new("cifar-names", "the names in CIFAR-100's Python version", () => [Fixture("cifar-100-python/meta")], ReadCifarNames,
            typeof(ImageException)) { Words = _pickleWords },
        new("npy-pickle", "pickled dictionaries of NumPy arrays", () => [Fixture("cifar102_pickled.npy")],
            (content, folder) => ReadCifar102(content, folder, "npy"), typeof(ImageException)) { Words = _pickleWords },
        new(
            "npz", "NumPy archives", () => [Fixture("cifar102_stored.npz"), Fixture("cifar102_deflated.npz")],
            (content, folder) => ReadCifar102(content, folder, "npz"), typeof(ImageException))
        {
            Words = ["PK\u0001\u0002", "images.npy", "2147483647, "],
        },
        new(
            "image-list", "lists of images (CSV)",
            () => ["path,label,place\n1.png,cat,\"a, b\"\n2.png,dog,c\r\n1.png,dog,\"d\"\"e\"\n"u8.ToArray()], ReadList,
            typeof(ImageException))
        {
            Words = ["\"", "\"\"", ",", "\n", "\r\n", "path,", "../", "1.png"],
        },
    ];

    private static byte[] Npy(byte version, string type, string shape, int bytes)
    {
        byte[] header = Encoding.Latin1.GetBytes($"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}\n");
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)header.Length) : BitConverter.GetBytes(header.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. header, .. new byte[bytes]];
    }

    private static byte[] Fixture(string name) => File.ReadAllBytes(Fixtures.Path($"datasets/{name}"));

    private static void ReadCifar(byte[] content, string folder)
    {
        File.WriteAllBytes(Path.Combine(folder, "test_batch"), content);
        foreach (ImageSource image in ImageDatasets.Cifar10(folder).Images) image.Decode();
    }

    private static void ReadCifarNames(byte[] content, string folder)
    {
        File.WriteAllBytes(Path.Combine(folder, "meta"), content);
        File.WriteAllBytes(Path.Combine(folder, "test"), Fixture("cifar-100-python/test"));
        ImageDatasets.Cifar100(folder);
    }

    private static void ReadCifar102(byte[] content, string folder, string extension)
    {
        File.WriteAllBytes(Path.Combine(folder, $"cifar102_test.{extension}"), content);
        foreach (ImageSource image in ImageDatasets.Cifar102(folder).Images) image.Decode();
    }

    private static void ReadImages(byte[] content, string folder) => Read(folder, content, Npy(1, "<i4", "(3,)", 12));

    private static void ReadLabels(byte[] content, string folder) => Read(folder, Npy(1, "|u1", "(3, 2, 4, 3)", 72), content);

    private static void Read(string folder, byte[] images, byte[] labels)
    {
        string imagesPath = Path.Combine(folder, "images.npy"), labelsPath = Path.Combine(folder, "labels.npy");
        File.WriteAllBytes(imagesPath, images);
        File.WriteAllBytes(labelsPath, labels);
        foreach (ImageSource image in ImageDatasets.FromNpy(imagesPath, labelsPath, ["cat", "dog"]).Images) image.Decode();
    }

    private static void ReadList(byte[] content, string folder)
    {
        foreach (string name in (string[])["1.png", "2.png"]) File.WriteAllBytes(Path.Combine(folder, name), _image);
        string path = Path.Combine(folder, "list.csv");
        File.WriteAllBytes(path, content);
        ImageList.Read(path, new ImageListOptions { Groups = [ImageListGroup.Parse("place")] });
    }
}

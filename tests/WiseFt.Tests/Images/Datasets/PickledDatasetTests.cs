using System.IO.Compression;
using WiseFt.Images;

namespace WiseFt.Tests;

/// <summary>CIFAR's Python version and CIFAR-10.2 as they are distributed: files that Python 2, Python 3 and NumPy wrote.</summary>
public sealed class PickledDatasetTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Cifar10_PythonVersion_HasLabelsNamesAndPixels()
    {
        LabelledImages set = ImageDatasets.Cifar10(Fixtures.Path("datasets"));

        set.Labels.Should().Equal(8, 3);
        set.ClassNames.Should().HaveCount(10).And.StartWith("airplane").And.EndWith("truck");
        RequirePixels(set);
    }

    [Fact]
    public void Cifar10_PickledByPython3_IsTheSame()
    {
        LabelledImages set = ImageDatasets.Cifar10(Fixtures.Path("datasets/cifar-10-python3"));

        set.Labels.Should().Equal(8, 3);
        RequirePixels(set);
    }

    [Fact]
    public void Cifar100_PythonVersion_HasClassesAndSuperclasses()
    {
        LabelledImages set = ImageDatasets.Cifar100(Fixtures.Path("datasets"));

        set.Labels.Should().Equal(49, 33);
        set.ClassNames[33].Should().Be("fine 33");
        set.Groupings.Should().ContainSingle().Which.Indices.Should().Equal(10, 10);
        RequirePixels(set);
    }

    [Theory]
    [InlineData("cifar102_stored.npz", "npz", CifarSplit.Test)]
    [InlineData("cifar102_deflated.npz", "npz", CifarSplit.Train)]
    [InlineData("cifar102_pickled.npy", "npy", CifarSplit.Test)]
    public void Cifar102_AsDistributed_IsRead(string fixture, string extension, CifarSplit split)
    {
        _data.Write(
            split == CifarSplit.Test ? $"cifar102_test.{extension}" : $"cifar102_train.{extension}",
            File.ReadAllBytes(Fixtures.Path($"datasets/{fixture}")));

        LabelledImages set = ImageDatasets.Cifar102(_data.Path, split);

        set.Labels.Should().Equal(8, 3);
        RequirePixels(set);
    }

    [Fact]
    public void Cifar102_NothingThere_SaysWhatIsExpected() =>
        FluentActions.Invoking(() => ImageDatasets.Cifar102(_data.Path))
            .Should().Throw<ImageException>().WithMessage("*no cifar102_test.npz*Expected CIFAR-10.2 as it is distributed*");

    [Theory]
    [InlineData("os", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("numpy", "fromfile")]
    [InlineData("numpy.core.multiarray", "fromfile")]
    [InlineData("torch._utils", "_rebuild_tensor_v2")]
    [Fault("pickle that would run code")]
    public void Cifar10_PickleThatNamesAnotherGlobal_IsRefusedByName(string module, string name)
    {
        byte[] pickle = PickleBytes.Protocol2().Global(module, name).Text("touch executed").Raw(0x85).Op('R').Stop();

        Refused(pickle, $"*test_batch: the pickle asks for the global '{module}.{name}', at byte 2*nothing was executed*numpy.save*");
    }

    [Fact]
    public void Cifar10_PickleOfAnObject_IsRefused() =>
        Refused(PickleBytes.Protocol2().Global("numpy", "ndarray").Op(')').Raw(0x81).Stop(), "*makes an object of a class*");

    [Fact]
    public void Cifar10_CallOfAType_IsRefused() =>
        Refused(
            PickleBytes.Protocol2().Global("numpy", "ndarray").Op(')').Op('R').Stop(),
            "*'ArrayType' is called with arguments that it does not take*");

    [Fact]
    public void Cifar10_DataOutsideThePickle_IsRefused() =>
        Refused(PickleBytes.Protocol2().Text("file").Op('Q').Stop(), "*refers to data outside*");

    [Theory]
    [InlineData("\u0100", "latin1", "*Python objects*whole numbers*")]
    [InlineData("6869", "hex", "*'Encode' is called with arguments that it does not take*")]
    public void Cifar10_TextThatIsNoBytes_IsRefused(string text, string encoding, string expected) => Refused(
        Batch(
            p => Reconstruct(p).Op('(').Number(1).Numbers(0, 3072).Global("numpy", "dtype").Op('(').Text("u1").Raw(0x89, 0x88).Op('t')
                .Op('R').Op('(').Number(3).Text("|").Op('t').Op('b')
                .Raw(0x89).Global("_codecs", "encode").Text(text).Text(encoding).Raw(0x86).Op('R').Op('t').Op('b'),
            p => p.Op(']')),
        expected);

    [Theory]
    [InlineData(9, "a", "*'label_names' is of another kind*a list of 10 texts*")]
    [InlineData(10, "a", "*the class name 'a' occurs twice*")]
    [InlineData(10, "a name that is longer than any class of any data set has ever been called", "*texts of at most 64 bytes*")]
    public void Cifar10_NamesOfAnotherKind_AreRefused(int count, string name, string expected)
    {
        var names = PickleBytes.Protocol2().Op('}').Text("label_names").Op(']').Op('(');
        for (int i = 0; i < count; i++) names.Text(name);
        _data.Write("batches.meta", names.Op('e').Op('s').Stop());

        Refused(Batch(Images, p => p.Op(']')), expected);
    }

    [Theory]
    [InlineData("u1", "|", new long[] { 1, 3072 }, 0, "*test_batch (data): the array has 0 bytes. Expected 3072*")]
    [InlineData("f4", "<", new long[] { 1, 3072 }, 12288, "*of type <f4*whole numbers*")]
    [InlineData("i4", "<", new long[] { 1, 3072 }, 12288, "*of type <i4*uint8*")]
    [InlineData("u1", "|", new long[] { 1, 32, 32, 3 }, 3072, "*'data' has the shape (1, 32, 32, 3)*Expected (images, 3072)*")]
    [InlineData("u1", "|", new long[] { 0, 3072 }, 0, "*'data' has the shape (0, 3072)*")]
    [InlineData("u1", "|", new long[] { -1, 3072 }, 0, "*shape that is not at most 8 numbers of 31 bits*")]
    [InlineData("u1", "|", new long[] { 1L << 40, 3072 }, 0, "*shape that is not at most 8 numbers of 31 bits*")]
    public void Cifar10_ArrayOfAnotherKind_IsRefused(string type, string order, long[] shape, int bytes, string expected) =>
        Refused(Batch(p => Array(p, type, order, shape, new byte[bytes]), p => p.Op(']').Op('K').Raw(1).Op('a')), expected);

    [Fact]
    public void Cifar10_ArrayWithoutAState_IsRefused() =>
        Refused(Batch(p => Reconstruct(p), p => p.Op(']')), "*the array has no state*");

    [Fact]
    public void Cifar10_FewerLabelsThanImages_IsRefused() =>
        Refused(Batch(Images, p => p.Op(']')), "*test_batch: there are 1 images and 0 numbers in 'labels'*");

    [Theory]
    [InlineData(10, "*image 0 has the label 10*0 to 9*")]
    [InlineData(-1, "*image 0 has the label -1*0 to 9*")]
    [InlineData(long.MaxValue, "*'labels' is of another kind*32 bits*")]
    public void Cifar10_LabelThatIsNoClass_IsNamed(long label, string expected) =>
        Refused(Batch(Images, p => p.Op(']').Number(label).Op('a')), expected);

    [Fact]
    public void Cifar10_FileOfCifar100_NamesWhatItHolds()
    {
        _data.Write("test_batch", File.ReadAllBytes(Fixtures.Path("datasets/cifar-100-python/test")));

        FluentActions.Invoking(() => ImageDatasets.Cifar10(_data.Path))
            .Should().Throw<ImageException>().WithMessage("*no 'labels'*'fine_labels'*another data set*");
    }

    [Fact]
    public void Cifar10_CutShortAnywhere_IsRefused()
    {
        byte[] whole = File.ReadAllBytes(Fixtures.Path("datasets/cifar-10-batches-py/test_batch"));
        for (int length = 0; length < whole.Length; length += 7) Refused(whole[..length], "*test_batch: *");
    }

    [Fact]
    public void Cifar102_ArchiveCutShortAnywhere_IsRefused()
    {
        byte[] whole = File.ReadAllBytes(Fixtures.Path("datasets/cifar102_deflated.npz"));
        for (int length = 0; length < whole.Length; length += 7)
        {
            _data.Write("cifar102_test.npz", whole[..length]);
            FluentActions.Invoking(() => ImageDatasets.Cifar102(_data.Path))
                .Should().Throw<ImageException>().WithMessage("*cifar102_test.npz*");
        }
    }

    [Fact]
    [Fault("file asks for more memory than it holds")]
    public void Cifar102_ArchiveOfZeros_IsRefusedBeforeItIsInflated()
    {
        using (var zip = new ZipArchive(File.Create(_data.At("cifar102_test.npz")), ZipArchiveMode.Create))
        using (Stream images = zip.CreateEntry("images.npy", CompressionLevel.SmallestSize).Open())
            images.Write(DatasetFiles.NpyBytes("|u1", "(2000, 32, 32, 3)", new byte[2000 * 3072]));

        FluentActions.Invoking(() => ImageDatasets.Cifar102(_data.Path))
            .Should().Throw<ImageException>().WithMessage("*images.npy becomes 6144128 bytes of*at most 16 times as many*");
    }

    [Fact]
    public void Cifar102_ArchiveWithoutLabels_NamesWhatItHolds()
    {
        using (var zip = new ZipArchive(File.Create(_data.At("cifar102_test.npz")), ZipArchiveMode.Create))
        using (Stream images = zip.CreateEntry("images.npy").Open())
            images.Write(DatasetFiles.NpyBytes("|u1", "(1, 32, 32, 3)", new byte[3072]));

        FluentActions.Invoking(() => ImageDatasets.Cifar102(_data.Path))
            .Should().Throw<ImageException>().WithMessage("*no labels.npy; found 'images.npy'*");
    }

    private static void RequirePixels(LabelledImages set)
    {
        for (int i = 0; i < 2; i++)
        {
            byte[] expected = [.. from y in Enumerable.Range(0,
                32) from x in Enumerable.Range(0, 32) from c in Enumerable.Range(0, 3) select (byte)(7 * i + 3 * y + 5 * x + 60 * c)];
            set.Images[i].Decode().Pixels.Should().Equal(expected);
        }
    }

    private LabelledImages Read(byte[] pickle)
    {
        _data.Write("test_batch", pickle);
        return ImageDatasets.Cifar10(_data.Path);
    }

    private void Refused(byte[] pickle, string message) =>
        FluentActions.Invoking(() => Read(pickle)).Should().Throw<ImageException>().WithMessage(message);

    private static byte[] Batch(Func<PickleBytes, PickleBytes> data, Func<PickleBytes, PickleBytes> labels) =>
        labels(data(PickleBytes.Protocol2().Op('}').Op('(').Text("data")).Text("labels")).Op('u').Stop();

    private static PickleBytes Images(PickleBytes pickle) => Array(pickle, "u1", "|", [1, 3072], new byte[3072]);

    private static PickleBytes Reconstruct(PickleBytes pickle) =>
        pickle.Global("numpy.core.multiarray", "_reconstruct").Op('(').Global("numpy", "ndarray").Numbers(0).Op('N').Op('t').Op('R');

    private static PickleBytes Array(PickleBytes pickle, string type, string order, long[] shape, byte[] data) =>
        Reconstruct(pickle).Op('(').Number(1).Numbers(shape)
            .Global("numpy", "dtype").Op('(').Text(type).Raw(0x89, 0x88).Op('t').Op('R').Op('(').Number(3).Text(order).Op('t').Op('b')
            .Raw(0x89).Op('B').Int32(data.Length).Raw(data).Op('t').Op('b');
}

using WiseFt.Images;

namespace WiseFt.Tests;

public sealed class NpyTests : IDisposable
{
    private static readonly byte[] _pixels = [.. Enumerable.Range(0, 3 * 2 * 4 * 3).Select(i => (byte)i)];

    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("<i8", 8)]
    [InlineData("<i4", 4)]
    [InlineData("<u2", 2)]
    [InlineData("|u1", 1)]
    public void FromNpy_ThreeImages_HaveTheirPixelsAndLabels(string labelType, int labelSize)
    {
        Write(labelType, labelSize, [2, 0, 1]);

        LabelledImages set = Read();

        set.Labels.Should().Equal(2, 0, 1);
        RgbImage second = set.Images[1].Decode();
        (second.Width, second.Height).Should().Be((4, 2));
        second.Pixels.Should().Equal(_pixels[24..48]);
    }

    [Fact]
    public void Cifar101_BothVersions_AreFoundByName()
    {
        foreach (string version in (string[])["v6", "v4"])
            _data.Npy($"cifar10.1_{version}_data.npy", "|u1", "(1, 32, 32, 3)", new byte[3072])
                .Npy($"cifar10.1_{version}_labels.npy", "<i4", "(1,)", [9, 0, 0, 0]);

        ImageDatasets.Cifar101(_data.Path).ClassNames[9].Should().Be("truck");
        ImageDatasets.Cifar101(_data.Path, "v4").Images[0].Name.Should().Contain("_v4_");
    }

    [Fact]
    public void Cifar102_PlainArrays_AreRead()
    {
        _data.Npy("cifar102_test_images.npy", "|u1", "(1, 32, 32, 3)", new byte[3072]).Npy("cifar102_test_labels.npy", "|u1", "(1,)", [4]);

        ImageDatasets.Cifar102(_data.Path).Labels.Should().Equal(4);
    }

    [Fact]
    public void FromNpy_Labels_MustFitTheImagesAndTheClasses()
    {
        Write("<i4", 4, [2, 0]);
        Refused("*images.npy: there are 3 images and 2 labels*");
        Write("<i4", 4, [2, 0, 3]);
        FluentActions.Invoking(Read).Should().Throw<ArgumentException>().WithMessage("Label 3 of image 2*no class*");
    }

    [Theory]
    [InlineData("|O", "(3, 2, 4, 3)", "False", "pickled Python object*plain array")]
    [InlineData("<f4", "(3, 2, 4, 3)", "False", "of type <f4*whole numbers")]
    [InlineData(">i4", "(3, 2, 4, 3)", "False", "of type >i4*little-endian")]
    [InlineData("|u1", "(3, 2, 4, 3)", "True", "Fortran order*ascontiguousarray")]
    [InlineData("|u1", "(3, 3, 2, 4)", "False", "shape (3, 3, 2, 4)*(N, height, width, 3)")]
    [InlineData("|u1", "(4, 2, 4, 3)", "False", "the array has 72 bytes*96*cut short")]
    [InlineData("|u1", "(0, 2, 4, 3)", "False", "the array has 72 bytes*0 for shape")]
    [InlineData("|u1", "(2147483647, 2147483647, 2147483647, 2147483647)", "False", "the array has 72 bytes*cut short")]
    [InlineData("|u1", "(99999999999, 2)", "False", "extent is 99999999999")]
    [InlineData("|u1", "__import__('os')", "False", "the header is {'descr'*as numpy.save writes it")]
    [InlineData("|i1", "(3, 2, 4, 3)", "False", "of type |i1*uint8")]
    public void FromNpy_OtherArrays_AreRefused(string type, string shape, string order, string expected)
    {
        Write("<i4", 4, [2, 0, 1]);
        _data.Npy("images.npy", type, shape, _pixels, order);

        Refused($"*images.npy: *{expected}*");
    }

    [Fact]
    public void FromNpy_CutShortAnywhere_IsRefused()
    {
        Write("<i4", 4, [2, 0, 1]);
        byte[] whole = File.ReadAllBytes(_data.At("images.npy"));
        for (int length = 0; length < whole.Length; length++)
        {
            _data.Write("images.npy", whole[..length]);
            Refused("*images.npy: *");
        }
    }

    private void Write(string labelType, int labelSize, int[] labels) => _data
        .Npy("images.npy", "|u1", "(3, 2, 4, 3)", _pixels)
        .Npy("labels.npy", labelType, $"({labels.Length},)", [.. labels.SelectMany(l => BitConverter.GetBytes((long)l).Take(labelSize))]);

    private LabelledImages Read() => ImageDatasets.FromNpy(_data.At("images.npy"), _data.At("labels.npy"), ["a", "b", "c"]);

    private void Refused(string message) => FluentActions.Invoking(Read).Should().Throw<ImageException>().WithMessage(message);
}

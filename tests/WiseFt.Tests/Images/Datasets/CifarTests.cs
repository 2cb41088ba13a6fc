using WiseFt.Images;

namespace WiseFt.Tests;

public sealed class CifarTests : IDisposable
{
    private static readonly byte[][] _labels10 = [[3], [0], [9], [3]];

    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Cifar10_TestBatch_HasLabelsNamesAndInterleavedPixels()
    {
        _data.Cifar("test_batch.bin", _labels10);

        LabelledImages set = ImageDatasets.Cifar10(_data.Path);

        set.Labels.Should().Equal(3, 0, 9, 3);
        set.ClassNames.Should().HaveCount(10).And.StartWith("airplane").And.EndWith("truck");
        RgbImage image = set.Images[2].Decode();
        (image.Width, image.Height).Should().Be((32, 32));
        image.Pixels.Take(6).Should().Equal(12, 22, 32, 12, 22, 32);
        set.Images[2].Name.Should().EndWith("test_batch.bin#2");
    }

    [Fact]
    public void Cifar10_TrainingFilesInTheArchivesFolder_AreReadInOrderWithTheirNames()
    {
        for (int i = 1; i <= 5; i++) _data.Cifar($"cifar-10-batches-bin/data_batch_{i}.bin", [(byte)i]);
        _data.Write("cifar-10-batches-bin/batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");

        LabelledImages set = ImageDatasets.Cifar10(_data.Path, CifarSplit.Train);

        set.Labels.Should().Equal(1, 2, 3, 4, 5);
        set.ClassNames.Should().Equal("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
    }

    [Fact]
    public void Cifar100_Records_HaveClassAndSuperclass()
    {
        _data.Cifar("test.bin", [19, 99], [0, 7]);
        WriteNames();

        LabelledImages set = ImageDatasets.Cifar100(_data.Path);

        set.Labels.Should().Equal(99, 7);
        set.Groupings.Should().ContainSingle().Which.Indices.Should().Equal(19, 0);
        set.Groupings[0].Name.Should().Be("superclass");
        set.Images[0].Decode().Pixels[..3].Should().Equal(10, 20, 30);
    }

    [Fact]
    public void Cifar10_NoFileOfEitherVersion_NamesBoth() =>
        FluentActions.Invoking(() => ImageDatasets.Cifar10(_data.Path)).Should().Throw<ImageException>()
            .WithMessage("*test_batch.bin not found, nor test_batch*cifar-10-binary.tar.gz or cifar-10-python.tar.gz*");

    [Fact]
    public void Cifar10_BothVersions_TheBinaryOneIsRead()
    {
        _data.Cifar("test_batch.bin", [3]).Write("test_batch", [0x80, 2]);

        ImageDatasets.Cifar10(_data.Path).Labels.Should().Equal(3);
    }

    [Fact]
    public void Cifar10_MissingTrainingFile_IsNamed()
    {
        _data.Cifar("data_batch_1.bin", [1]);

        FluentActions.Invoking(() => ImageDatasets.Cifar10(_data.Path, CifarSplit.Train))
            .Should().Throw<ImageException>().WithMessage("*data_batch_2.bin, data_batch_3.bin*not found*");
    }

    [Fact]
    public void Cifar10_FileOfAnotherLength_SaysWhatItCouldBe()
    {
        _data.Cifar("test_batch.bin", [1, 2]); // two label bytes: CIFAR-100

        FluentActions.Invoking(() => ImageDatasets.Cifar10(_data.Path))
            .Should().Throw<ImageException>()
            .WithMessage("*test_batch.bin: the file has 3074 bytes*multiple of 3073*cut short, or of CIFAR-100*");
    }

    [Fact]
    public void Cifar10_LabelBeyondTheClasses_IsNamed()
    {
        _data.Cifar("test_batch.bin", [1], [10]);

        FluentActions.Invoking(() => ImageDatasets.Cifar10(_data.Path))
            .Should().Throw<ImageException>().WithMessage("*image 1 has the label 10*0 to 9*");
    }

    [Fact]
    public void Cifar100_WithoutItsNames_SaysWhichFileIsMissing()
    {
        _data.Cifar("test.bin", [0, 7]);

        FluentActions.Invoking(() => ImageDatasets.Cifar100(_data.Path))
            .Should().Throw<ImageException>().WithMessage("*fine_label_names.txt*cannot be read*");
    }

    private void WriteNames() => _data
        .Write("fine_label_names.txt", string.Join('\n', Enumerable.Range(0, 100).Select(i => $"fine {i}")))
        .Write("coarse_label_names.txt", string.Join('\n', Enumerable.Range(0, 20).Select(i => $"coarse {i}")));
}

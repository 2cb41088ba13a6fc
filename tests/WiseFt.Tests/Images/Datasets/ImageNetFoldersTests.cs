using SkiaSharp;
using WiseFt.Images;

namespace WiseFt.Tests;

public sealed class ImageNetFoldersTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void ImageNetV2_FoldersOfNumbers_AreLabelledByNumber_NotByTextOrder()
    {
        _data.Images("0/a.png", "1/a.png", "2/a.jpeg", "10/a.png", "10/b.png", "100/a.png", "999/a.png");

        LabelledImages set = ImageDatasets.ImageNetV2(_data.Path);

        set.Labels.Should().Equal(0, 1, 2, 10, 10, 100, 999);
        set.ClassNames.Should().Equal(ImageNetClasses.Wnids);
        set.Images[3].Name.Should().Be(Path.Combine(_data.Path, "10", "a.png"));
    }

    [Theory]
    [InlineData("1000", "'1000'*0 to 999")]
    [InlineData("-1", "'-1'*0 to 999")]
    [InlineData("n01440764", "'n01440764'*read as imagenet")]
    public void ImageNetV2_FolderThatIsNoClassNumber_IsNamed(string folder, string expected)
    {
        _data.Images("0/a.png", folder + "/a.png");

        FluentActions.Invoking(() => ImageDatasets.ImageNetV2(_data.Path))
            .Should().Throw<ImageException>().WithMessage($"{_data.Path}: 1 of 2*{expected}*");
    }

    [Fact]
    public void ImageNetV2_TwoFoldersOfOneClass_AreNamed()
    {
        _data.Images("7/a.png", "007/a.png");

        FluentActions.Invoking(() => ImageDatasets.ImageNetV2(_data.Path))
            .Should().Throw<ImageException>().WithMessage("*'007', '7' are all class 7*");
    }

    [Fact]
    public void ImageNet_WnidFolders_AreLabelledByImageNetsOrder()
    {
        _data.Images("n15075141/x.JPEG", "n01440764/y.JPEG", "n01440764/x.JPEG");

        LabelledImages set = ImageDatasets.ImageNet(_data.Path);

        set.Labels.Should().Equal(0, 0, 999);
        set.ClassNames.Should().HaveCount(1000);
    }

    [Fact]
    public void ImageNet_FoldersOfV2_SaysHowTheyAreRead()
    {
        _data.Images("0/a.png", "1/a.png");

        FluentActions.Invoking(() => ImageDatasets.ImageNet(_data.Path))
            .Should().Throw<ImageException>().WithMessage("*'0', '1'*wnids such as 'n01440764'*read as imagenet-v2*");
    }

    [Fact]
    public void FromFolder_FoldersOfV2ForAModelOfWnids_SaysHowTheyAreRead()
    {
        _data.Images("0/a.png", "12/a.png");

        FluentActions.Invoking(() => LabelledImages.FromFolder(_data.Path, ImageNetClasses.Wnids))
            .Should().Throw<ImageException>().WithMessage("*'0', '12'*read them as imagenet-v2*");
    }

    [Fact]
    public void ImageNetAAndR_ClassOfTheOther_IsNamed()
    {
        _data.Images("n01443537/a.png"); // goldfish: of R, not of A

        ImageDatasets.ImageNetR(_data.Path).Labels.Should().Equal(0);
        FluentActions.Invoking(() => ImageDatasets.ImageNetA(_data.Path))
            .Should().Throw<ImageException>().WithMessage("*none of ImageNet-A's 200 classes: 'n01443537'*");
    }

    [Fact]
    public void ObjectNet_ImagesOfMappedObjects_LoseTheirBorderOfTwoPixels()
    {
        _data.Image(
            "alarm_clock/a.png", 7, 6, (x, y) => x < 2 || y < 2 || x > 4 || y > 3 ? SKColors.Red : new SKColor(0, (byte)x, (byte)y));
        _data.Images("air_freshener/b.png"); // an object that ImageNet has not

        LabelledImages set = ImageDatasets.ObjectNet(_data.Path);

        set.ClassNames.Should().HaveCount(113);
        set.ClassNames[set.Labels.Should().ContainSingle().Subject].Should().Be("alarm_clock");
        RgbImage inner = set.Images[0].Decode();
        (inner.Width, inner.Height).Should().Be((3, 2));
        inner.Pixels.Should().Equal(0, 2, 2, 0, 3, 2, 0, 4, 2, 0, 2, 3, 0, 3, 3, 0, 4, 3);
        ImageDatasets.ObjectNet(_data.Path, border: 0).Images[0].Decode().Width.Should().Be(7);
        set.Images[0].Sha256().Should().NotEqual(ImageDatasets.ObjectNet(_data.Path, border: 0).Images[0].Sha256());
    }

    [Fact]
    public void ObjectNet_ImageSmallerThanItsBorder_IsNamed()
    {
        _data.Image("banana/a.png", 4, 9, (_, _) => SKColors.Red);

        FluentActions.Invoking(() => ImageDatasets.ObjectNet(_data.Path).Images[0].Decode())
            .Should().Throw<ImageException>().WithMessage("*a.png: the image has 4 x 9 pixels*more than 4*");
    }

    [Fact]
    public void ObjectNet_UnknownFolder_IsNamed()
    {
        _data.Images("alarm-clock/a.png", "banana/a.png");

        FluentActions.Invoking(() => ImageDatasets.ObjectNet(_data.Path))
            .Should().Throw<ImageException>().WithMessage("*1 of 2*'alarm-clock'*objectnet-1.0/images*");
    }

    [Fact]
    public void ObjectNet_OnlyObjectsThatImageNetLacks_SaysSo()
    {
        _data.Images("air_freshener/b.png");

        FluentActions.Invoking(() => ImageDatasets.ObjectNet(_data.Path))
            .Should().Throw<ImageException>().WithMessage("*none of the 1 objects is a class of ImageNet*");
    }

    [Fact]
    public void Family_MissingOrFlatFolder_SaysWhatIsExpected()
    {
        _data.Images("ILSVRC2012_val_00000001.png");

        FluentActions.Invoking(() => ImageDatasets.ImageNet(_data.At("nowhere")))
            .Should().Throw<ImageException>().WithMessage("*nowhere: no such folder*wnids*");
        FluentActions.Invoking(() => ImageDatasets.ImageNet(_data.Path))
            .Should().Throw<ImageException>().WithMessage("*no sub-folder*sort the images into them*");
    }
}

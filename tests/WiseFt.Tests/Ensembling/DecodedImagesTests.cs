using WiseFt.Ensembling;
using WiseFt.Images;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class DecodedImagesTests
{
    [Fact]
    public void Load_AnyImagesInAnyOrder_GivesThePreprocessorsPixelsToTheBit()
    {
        LabelledImages images = SmallRun.Images(12); // more than are decoded at once
        var preprocessor = new ClipPreprocessor { Resolution = 32 };
        using DecodedImages decoded = DecodedImages.Of(preprocessor, images, CancellationToken.None);
        int[] places = [34, 0, 17, 17];
        using Tensor pixels = decoded.Load(places), expected = preprocessor.Load([.. places.Select(i => images.Images[i])]);

        images.Count.Should().Be(35);
        WeightSpace.AreEqual(pixels, expected).Should().BeTrue();
        decoded.Load([1]).Dispose(); // as often as is wanted
    }

    [Fact]
    public void Of_AnImageThatCannotBeRead_IsRefusedWithTheFirstOne()
    {
        using TemporaryFolder folder = new TemporaryFolder().Write("first.png", "no image").Write("second.png", "no image");
        ImageSource[] broken = [ImageSource.FromFile(folder.At("first.png")), ImageSource.FromFile(folder.At("second.png"))];
        var images = new LabelledImages(["a"], [SmallRun.Images(1).Images[0], .. broken], [0, 0, 0]);
        FluentActions.Invoking(() => DecodedImages.Of(new ClipPreprocessor(), images, CancellationToken.None))
            .Should().Throw<ImageException>().WithMessage("*first.png*");
    }
}

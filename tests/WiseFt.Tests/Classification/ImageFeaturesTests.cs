using WiseFt.Classification;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class ImageFeaturesTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Encode_MoreThanOneBatch_GivesEveryImageItsOwnRow_WithAndWithoutProgress(bool withProgress)
    {
        using ClipModel clip = ClipModel.Load(Fixtures.Data("starter-clip"));
        LabelledImages images = LabelledImages.FromFolder(Fixtures.Data("emoji-shift/reference/train"));
        using ImageClassifier zeroShot = ZeroShotHead.Build(clip, images.ClassNames, PromptTemplates.Simple);
        ImageSource[] some = [.. images.Images.Take(70)];
        var progress = new Reported<WorkProgress>();
        using Tensor features = ImageFeatures.Encode(zeroShot, some, withProgress ? progress : null, CancellationToken.None);
        using Tensor pixels = zeroShot.Preprocessor.Load(some), expected = zeroShot.EncodeImage(pixels);
        using Tensor error = (features - expected).abs().max();
        error.item<float>().Should().BeLessThan(1e-4f);
        progress.Values.Select(p => p.Done).Should().Equal(withProgress ? [32, 64, 70] : []);
    }
}

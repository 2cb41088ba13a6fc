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
        var reported = new List<int>();
        using Tensor features = ImageFeatures.Encode(zeroShot, some, withProgress ? new Recorder(reported) : null, CancellationToken.None);
        using Tensor pixels = zeroShot.Preprocessor.Load(some), expected = zeroShot.EncodeImage(pixels);
        using Tensor error = (features - expected).abs().max();
        error.item<float>().Should().BeLessThan(1e-4f);
        reported.Should().Equal(withProgress ? [32, 64, 70] : []);
    }

    private sealed class Recorder(List<int> reported) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => reported.Add((int)value.Done);
    }
}

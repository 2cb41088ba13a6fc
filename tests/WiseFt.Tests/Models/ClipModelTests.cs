using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class ClipModelTests
{
    [Theory]
    [MemberData(nameof(GoldenModel.All), MemberType = typeof(GoldenModel))]
    public void Encode_GoldenInputs_EqualsTheReference(string name)
    {
        using var golden = new GoldenModel(name);
        using ClipModel clip = ClipModel.Load(golden.Folder);
        golden.Measure(clip).ShouldBeWithinTolerance();
    }

    [Theory]
    [MemberData(nameof(GoldenModel.All), MemberType = typeof(GoldenModel))]
    public void Load_ThenImagesAndTexts_EqualsTheReferenceFromEndToEnd(string name)
    {
        using var golden = new GoldenModel(name);
        using ClipModel clip = ClipModel.Load(golden.Folder);
        using Tensor ids = clip.Tokenizer.Encode(golden.Texts), pixels = clip.Preprocessor.Load(golden.Images);
        golden.Error(pixels, "pixel_values").Should().BeLessThan(1e-6f);
        golden.Measure(clip, pixels, ids).ShouldBeWithinTolerance();
    }

    [Fact]
    public void EncodeText_CutAtTheEndToken_ChangesNothingBeyondRounding()
    {
        using ClipModel clip = ClipModel.Load(Fixtures.Path("models/hf-quickgelu"));
        using Tensor whole = clip.Tokenizer.Encode(["a photo of a tench.", "a diagram"]);
        using Tensor cut = whole.narrow(1, 0, 9), features = clip.EncodeText(whole), cutFeatures = clip.EncodeText(cut);
        using Tensor difference = (features - cutFeatures).abs().max();
        difference.item<float>().Should().BeLessThan(1e-5f);
    }

    [Fact]
    public void Dispose_ThenUse_IsObjectDisposed()
    {
        ClipModel clip = ClipModel.Load(Fixtures.Path("models/hf-quickgelu"));
        clip.Dispose();
        clip.Dispose();
        using Tensor pixels = zeros(1, 3, 32, 32);
        Action act = () => clip.EncodeImage(pixels);
        act.Should().Throw<ObjectDisposedException>();
    }
}

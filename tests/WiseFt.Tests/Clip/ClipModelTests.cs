using System.Text.Json;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class ClipModelTests
{
    [Theory]
    [InlineData("hf-quickgelu")]
    [InlineData("hf-gelu-sharded")]
    public void Encode_GoldenInputs_EqualsTheReference(string layout)
    {
        string folder = Fixtures.Path("models/" + layout);
        using ClipModel clip = ClipModel.Load(folder);
        using SafetensorsFile expected = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        using Tensor pixels = expected.Read("pixel_values"), ids = expected.Read("input_ids");
        using Tensor images = clip.EncodeImage(pixels), texts = clip.EncodeText(ids);
        MaximumError(images, expected, "image_features").Should().BeLessThan(1e-5f);
        MaximumError(texts, expected, "text_features").Should().BeLessThan(1e-5f);
        using Tensor unitImages = images / images.norm(-1, keepdim: true), unitTexts = texts / texts.norm(-1, keepdim: true);
        using Tensor logits = unitImages.matmul(unitTexts.t()) * Math.Exp(clip.LogitScale);
        MaximumError(logits, expected, "logits_per_image").Should().BeLessThan(1e-3f);
    }

    [Theory]
    [InlineData("hf-quickgelu")]
    [InlineData("hf-gelu-sharded")]
    public void Load_ThenImagesAndTexts_EqualsTheReferenceFromEndToEnd(string layout)
    {
        string folder = Fixtures.Path("models/" + layout);
        using JsonDocument inputs = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")));
        using ClipModel clip = ClipModel.Load(folder);
        using SafetensorsFile expected = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        using Tensor ids = clip.Tokenizer.Encode([.. Strings(inputs, "texts")]);
        using Tensor pixels = clip.Preprocessor.Load([.. Strings(inputs, "images").Select(n => Fixtures.Path("images/" + n))]);
        using Tensor images = clip.EncodeImage(pixels), texts = clip.EncodeText(ids);
        MaximumError(pixels, expected, "pixel_values").Should().BeLessThan(1e-6f);
        MaximumError(images, expected, "image_features").Should().BeLessThan(1e-5f);
        MaximumError(texts, expected, "text_features").Should().BeLessThan(1e-5f);
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

    private static IEnumerable<string> Strings(JsonDocument document, string name) =>
        document.RootElement.GetProperty(name).EnumerateArray().Select(e => e.GetString()!);

    private static float MaximumError(Tensor actual, SafetensorsFile expected, string name)
    {
        using Tensor tensor = expected.Read(name);
        actual.shape.Should().Equal(tensor.shape);
        using Tensor error = (actual - tensor).abs().max();
        return error.item<float>();
    }
}

using System.Text.Json;
using WiseFt.Images;

namespace WiseFt.Tests;

public sealed class PreprocessorConfigTests
{
    private const string OpenAi = """
        {"crop_size": 224, "do_center_crop": true, "do_normalize": true, "do_resize": true, "feature_extractor_type": "CLIPFeatureExtractor",
         "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711], "resample": 3, "size": 224}
        """;

    private const string Current = """
        {"crop_size": {"height": 336, "width": 336}, "do_center_crop": true, "do_convert_rgb": true, "do_normalize": true, "do_rescale": true,
         "do_resize": true, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "image_processor_type": "CLIPImageProcessor",
         "resample": 2, "rescale_factor": 0.00392156862745098, "size": {"shortest_edge": 350}}
        """;

    private const string Siglip = """
        {"do_convert_rgb": null, "do_normalize": true, "do_rescale": true, "do_resize": true, "image_mean": [0.5, 0.5, 0.5],
         "image_processor_type": "SiglipImageProcessor", "image_std": [0.5, 0.5, 0.5], "resample": 3, "size": {"height": 224, "width": 224}}
        """;

    [Fact]
    public void FromHuggingFace_OfOpenAisFile_IsTheDefault() => FromHuggingFace(OpenAi).Should().Be(new ClipPreprocessor());

    [Fact]
    public void FromHuggingFace_OfTheCurrentForm_ReadsEveryKey() => FromHuggingFace(Current).Should().Be(new ClipPreprocessor
    {
        Resolution = 336,
        ShorterSide = 350,
        Mean = [.5f, .5f, .5f],
        StandardDeviation = [.5f, .5f, .5f],
        ResizeFilter = ResizeFilter.Bilinear,
    });

    [Fact]
    public void FromHuggingFace_WithHeightAndWidth_Squashes() => FromHuggingFace(Siglip).Should().Be(new ClipPreprocessor
    {
        Resolution = 224, Mean = [.5f, .5f, .5f], StandardDeviation = [.5f, .5f, .5f], ResizeMode = ResizeMode.Squash,
    });

    [Theory]
    [InlineData("\"do_resize\": true", "\"do_resize\": false", "do_resize is false")]
    [InlineData("\"do_normalize\": true", "\"do_normalize\": false", "do_normalize is false")]
    [InlineData("\"do_center_crop\": true", "\"do_center_crop\": false", "*nothing is cropped")]
    [InlineData("\"resample\": 3", "\"resample\": 6", "resample is 6; expected 0 to 5")]
    [InlineData("\"resample\": 3", "\"resample\": \"cubic\"", "resample is \"cubic\"; expected nearest, lanczos")]
    [InlineData("\"resample\": 3", "\"rescale_factor\": 1.0", "rescale_factor is 1.0; expected 1/255")]
    [InlineData("\"size\": 224", "\"size\": \"224\"", "size is \"224\"; expected a whole number")]
    [InlineData("\"size\": 224", "\"size\": 200", "crop_size is 224; expected at most 200")]
    [InlineData(
        "\"size\": 224", "\"size\": {\"height\": 224, \"width\": 200}", "size is {\"height\": 224, \"width\": 200}; expected a square")]
    [InlineData("\"size\": 224", "\"other\": 224", "The key size is missing")]
    [InlineData(
        "\"image_mean\": [0.48145466, 0.4578275, 0.40821073]", "\"image_mean\": [0.5, 0.5]",
        "image_mean is [0.5, 0.5]; expected three numbers")]
    public void FromHuggingFace_WithAnUnsupportedValue_NamesTheKey(string known, string changed, string message) =>
        FluentActions.Invoking(() => FromHuggingFace(OpenAi.Replace(known, changed, StringComparison.Ordinal)))
            .Should().Throw<ArgumentException>().WithMessage(message + "*");

    [Fact]
    public void FromOpenClip_WithoutKeys_IsTheDefault() => FromOpenClip("{}", 224).Should().Be(new ClipPreprocessor());

    [Fact]
    public void FromOpenClip_OfAWholeObject_ReadsEveryKey()
    {
        const string Json = """
            {"size": [384, 384], "mode": "RGB", "mean": 0.5, "std": [0.25, 0.5, 0.5], "interpolation": "bilinear", "resize_mode": "longest", "fill_color": 127}
            """;

        FromOpenClip(Json, 384).Should().Be(new ClipPreprocessor
        {
            Resolution = 384, Mean = [.5f, .5f, .5f], StandardDeviation = [.25f, .5f, .5f], ResizeFilter = ResizeFilter.Bilinear,
            ResizeMode = ResizeMode.Longest, FillColor = 127,
        });
    }

    [Theory]
    [InlineData("""{"resize_mode": "stretch"}""", "resize_mode is \"stretch\"; expected shortest, longest or squash.")]
    [InlineData("""{"interpolation": "lanczos"}""", "interpolation is \"lanczos\"; expected bicubic, bilinear or random.")]
    [InlineData("""{"mode": "L"}""", "mode is \"L\"; expected RGB.")]
    [InlineData("""{"size": 256}""", "size is 256; expected 224, the vision tower's image_size.")]
    [InlineData("""{"fill_color": 256}""", "fill_color is 256; expected 0 to 255.")]
    [InlineData("""[1]""", "preprocess_cfg is Array; expected a JSON object.")]
    public void FromOpenClip_WithAnUnsupportedValue_NamesTheKey(string json, string message) =>
        FluentActions.Invoking(() => FromOpenClip(json, 224)).Should().Throw<ArgumentException>().WithMessage(message);

    [Fact]
    public void FromOpenClip_OfTheFixture_IsTheDefaultAtItsSize()
    {
        using var config = JsonDocument.Parse(File.ReadAllText(Fixtures.Path("models/open-clip/open_clip_config.json")));

        ClipPreprocessor.FromOpenClip(config.RootElement.GetProperty("preprocess_cfg"), 32)
            .Should().Be(new ClipPreprocessor { Resolution = 32 });
    }

    private static ClipPreprocessor FromHuggingFace(string json)
    {
        using var document = JsonDocument.Parse(json);
        return ClipPreprocessor.FromHuggingFace(document.RootElement);
    }

    private static ClipPreprocessor FromOpenClip(string json, int imageSize)
    {
        using var document = JsonDocument.Parse(json);
        return ClipPreprocessor.FromOpenClip(document.RootElement, imageSize);
    }
}

using WiseFt.Models;

namespace WiseFt.Tests;

public sealed class HuggingFaceFormatTests
{
    private static readonly VisionConfig _vitB32 = PublishedModels.Get("ViT-B/32").Config.Vision;

    [Fact]
    public void Read_BareModelType_IsViTB32()
    {
        ClipConfig config = Read("""{ "model_type": "clip" }""");
        config.Should().Be(PublishedModels.Get("ViT-B/32").Config with { Text = config.Text });
        config.Text.EndToken.Should().Be(49407);
    }

    [Fact] // as in the first published files: the legacy section wins, and what it leaves out is the default
    public void Read_LegacySections_GoBeforeTheNewerOnes()
    {
        ClipConfig config = Read("""
            { "model_type": "clip", "projection_dim": 768,
              "vision_config": { "hidden_size": 640, "num_hidden_layers": 7, "patch_size": 14 },
              "vision_config_dict": { "hidden_size": 1024, "intermediate_size": 4096, "num_attention_heads": 16, "num_hidden_layers": 24, "patch_size": 14 },
              "text_config": { "hidden_size": 640, "num_attention_heads": 10 },
              "text_config_dict": { "hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12, "eos_token_id": 2 } }
            """);
        ClipConfig expected = PublishedModels.Get("ViT-L/14").Config;
        config.Should().Be(expected with { Text = expected.Text with { EndToken = null } });
    }

    [Theory]
    [InlineData("null", 7)]
    [InlineData("{}", 12)] // present: all defaults
    public void Read_EmptyLegacySection_IsThereUnlessNull(string legacy, int layers) =>
        Read($$"""{ "model_type": "clip", "vision_config": { "num_hidden_layers": 7 }, "vision_config_dict": {{legacy}} }""").Vision
            .Should().Be(_vitB32 with { Layers = layers });

    [Theory]
    [InlineData("2", null)]
    [InlineData("49407", 49407)]
    [InlineData("null", 49407)]
    [InlineData("5", 5)]
    public void Read_EndToken_IsTheFirstSuchTokenOrTheLargest(string json, int? expected) =>
        Read($$"""{ "model_type": "clip", "text_config": { "eos_token_id": {{json}} } }""").Text.EndToken.Should().Be(expected);

    [Theory]
    [InlineData("gelu", Activation.Gelu)]
    [InlineData("quick_gelu", Activation.QuickGelu)]
    public void Read_Activation_HoldsForItsEncoderAlone(string name, Activation activation)
    {
        ClipConfig config = Read($$"""{ "model_type": "clip", "vision_config": { "hidden_act": "{{name}}" } }""");
        (config.Vision.Activation, config.Text.Activation).Should().Be((activation, Activation.QuickGelu));
    }

    private static ClipConfig Read(string json)
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.json", json);
        return HuggingFaceFormat.ReadConfig(folder.At("config.json"));
    }
}

using WiseFt.Models;

namespace WiseFt.Tests;

public sealed class OpenClipFormatTests
{
    [Fact]
    public void Read_EmptyTowers_HasOpenClipsDefaults()
    {
        ClipConfig config = Read("""{ "embed_dim": 512, "vision_cfg": {}, "text_cfg": {} }""");
        config.Vision.Should().Be(new VisionConfig
        {
            Resolution = 224,
            PatchSize = 16,
            Width = 768,
            Layers = 12,
            Heads = 12,
            MlpWidth = 3072,
            Activation = Activation.Gelu,
        });
        config.Text.Should().Be(new TextConfig
        {
            ContextLength = 77,
            VocabularySize = 49408,
            Width = 512,
            Layers = 12,
            Heads = 8,
            MlpWidth = 2048,
            Activation = Activation.Gelu,
        });
    }

    [Fact]
    public void Read_QuickGelu_HoldsForBothTowers()
    {
        ClipConfig config = Read("""{ "embed_dim": 512, "quick_gelu": true, "vision_cfg": {}, "text_cfg": {} }""");
        (config.Vision.Activation, config.Text.Activation).Should().Be((Activation.QuickGelu, Activation.QuickGelu));
    }

    [Fact] // open_clip's ViT-g-14: 1408 * 4.3637 = 6144.09
    public void Read_ViTg_HasItsHeadsAndMlp()
    {
        VisionConfig vision = Read("""
            { "embed_dim": 1024, "vision_cfg": { "image_size": 224, "layers": 40, "width": 1408, "head_width": 88, "mlp_ratio": 4.3637, "patch_size": 14 },
              "text_cfg": { "context_length": 77, "vocab_size": 49408, "width": 1024, "heads": 16, "layers": 24 } }
            """).Vision;
        (vision.Heads, vision.MlpWidth).Should().Be((16, 6144));
    }

    [Fact]
    public void Read_LayersOfFour_IsAModifiedResNet()
    {
        ClipConfig config = Read(
            """{ "embed_dim": 640, "vision_cfg": { "image_size": 288, "layers": [4, 6, 10, 6], "width": 80, "patch_size": null }, "text_cfg": { "width": 640, "heads": 10, "layers": 12 } }""");
        config.Vision.Should().Be(VisionConfig.ModifiedResNet(288, 80, new ResNetStages(4, 6, 10, 6)));
        config.ParameterCount.Should().Be(178_300_601, "it is OpenAI's RN50x4");
    }

    [Theory] // values that change nothing, as saved configurations have them
    [InlineData(
        "vision_cfg", "\"ls_init_value\": null, \"patch_dropout\": 0.5, \"no_ln_pre\": false, \"pool_type\": " +
            "\"tok\", \"timm_model_name\": null, \"final_ln_after_pool\": true")]
    [InlineData(
        "text_cfg", "\"hf_model_name\": null, \"pool_type\": \"argmax\", \"embed_cls\": false, \"pad_id\": 0, \"no_causal_mask\": " +
            "false, \"tokenizer_kwargs\": {}")]
    [InlineData("vision_cfg", "\"norm_kwargs\": { \"eps\": 1e-5 }, \"image_size\": [224, 224]")]
    public void Read_NeutralKeys_AreAccepted(string tower, string keys) => Read(With(tower, keys)).Should().Be(Read(With(tower, "")));

    [Theory]
    [InlineData(
        "vision_cfg", "\"timm_model_name\": \"vit_base_patch16_siglip_224\"",
        "*vision_cfg.timm_model_name is \"vit_base_patch16_siglip_224\"*not with towers of timm*")]
    [InlineData(
        "text_cfg", "\"hf_model_name\": \"xlm-roberta-base\"",
        "*text_cfg.hf_model_name is \"xlm-roberta-base\"*not with text towers of Hugging Face*")]
    [InlineData("vision_cfg", "\"attentional_pool\": true", "*vision_cfg.attentional_pool is true; expected false*")]
    [InlineData("vision_cfg", "\"ls_init_value\": 1e-4", "*vision_cfg.ls_init_value is 1e-4; expected null*")]
    [InlineData("vision_cfg", "\"act_kwargs\": { \"approximate\": \"tanh\" }", "*act_kwargs*")]
    [InlineData("vision_cfg", "\"something_new\": 3", "*vision_cfg.something_new is 3; expected no such key*")]
    [InlineData("vision_cfg", "\"image_size\": [224, 288]", "*image_size is [224, 288]*two that are equal*")]
    [InlineData("vision_cfg", "\"layers\": [1, 2, 3]", "*layers*four of them*")]
    [InlineData("vision_cfg", "\"width\": \"wide\"", "*vision_cfg.width is \"wide\"; expected a whole number*")]
    [InlineData("vision_cfg", "\"head_width\": 0", "*head_width*")]
    [InlineData("vision_cfg", "\"layers\": 2000000000", "*Layers is 2000000000*")]
    [InlineData("text_cfg", "\"no_causal_mask\": true", "*text_cfg.no_causal_mask*")]
    [InlineData("text_cfg", "\"pool_type\": \"last\"", "*text_cfg.pool_type is \"last\"; expected \"argmax\" or \"eos\"*")]
    [InlineData("text_cfg", "\"pool_type\": \"eos\"", "*text_cfg.eos_id is missing*")]
    [InlineData("text_cfg", "\"heads\": 7", "*512 wide with 7 heads*")]
    [InlineData("text_cfg", "\"norm_kwargs\": { \"elementwise_affine\": false }", "*norm_kwargs*eps alone*")]
    public void Read_WhatIsNotClip_IsRefusedByName(string tower, string keys, string message) =>
        FluentActions.Invoking(() => Read(With(tower, keys)))
            .Should().Throw<CheckpointException>().WithMessage(message).WithMessage("*cfg.json*");

    [Theory]
    [InlineData("\"init_logit_bias\": -10", "*init_logit_bias is -10*")] // SigLIP
    [InlineData("\"multimodal_cfg\": {}", "*multimodal_cfg*")]           // CoCa
    [InlineData("\"quick_gelu\": 1", "*quick_gelu is 1; expected true or false*")]
    public void Read_ModelsOfOtherKinds_AreRefusedByName(string keys, string message) =>
        FluentActions.Invoking(() => Read($$"""{ "embed_dim": 512, "vision_cfg": {}, "text_cfg": {}, {{keys}} }"""))
            .Should().Throw<CheckpointException>().WithMessage(message);

    [Fact]
    public void Read_NoEmbedDim_SaysSo() =>
        FluentActions.Invoking(() => Read("""{ "vision_cfg": {}, "text_cfg": {} }"""))
            .Should().Throw<CheckpointException>().WithMessage("*embed_dim is missing*");

    private static string With(string tower, string keys) =>
        $$"""{ "embed_dim": 512, "vision_cfg": { {{(tower == "vision_cfg" ? keys : "")}} }, "text_cfg": { {{(tower == "text_cfg" ? keys : "")}} } }""";

    private static ClipConfig Read(string json)
    {
        using var folder = new TemporaryFolder();
        folder.Write("cfg.json", json);
        return ConfigSection.Read(folder.At("cfg.json"), OpenClipFormat.ReadConfig);
    }
}

using CsCheck;
using WiseFt.Images;
using WiseFt.Models;
using WiseFt.Text;

namespace WiseFt.Tests;

/// <summary>What is written about an architecture is read back as the same, whatever its numbers.</summary>
public sealed class ConfigReadBackTests
{
    private static readonly Gen<Activation> _activation = OneOf(Activation.QuickGelu, Activation.Gelu);

    private static readonly Gen<VisionConfig> _vit = Gen.Select(
        Gen.Int[1, 40], Gen.Int[1, 16], Gen.Int[1, 30], Gen.Int[1, 20], Gen.Int[1, 104], Gen.Int[1, 9000], _activation,
        OneOf(1e-5, 1e-6, 0.1),
        (grid, patch, layers, heads, headWidth, mlp, activation, epsilon) => new VisionConfig
        {
            Resolution = grid * patch,
            PatchSize = patch,
            Layers = layers,
            Heads = heads,
            Width = heads * headWidth,
            MlpWidth = mlp,
            Activation = activation,
            LayerNormEpsilon = epsilon,
        });

    private static readonly Gen<VisionConfig> _resNet = Gen.Select(
        Gen.Int[1, 14], Gen.Int[1, 64], Gen.Int[1, 40].Array[4], OneOf(1, 2, 4, 8),
        (grid, half, blocks, heads) =>
            VisionConfig.ModifiedResNet(32 * grid, 2 * half, new ResNetStages(blocks[0], blocks[1], blocks[2], blocks[3]), heads));

    private static readonly Gen<TextConfig> _text = Gen.Select(
        Gen.Int[2, 200], Gen.Int[600, 60000], Gen.Int[1, 30], Gen.Int[1, 20], Gen.Int[1, 104], Gen.Int[1, 9000], _activation, Gen.Bool,
        (context, vocabulary, layers, heads, headWidth, mlp, activation, eos) => new TextConfig
        {
            ContextLength = context,
            VocabularySize = vocabulary,
            Layers = layers,
            Heads = heads,
            Width = heads * headWidth,
            MlpWidth = mlp,
            Activation = activation,
            EndToken = eos ? vocabulary / 2 : null,
        });

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    [Fact]
    public void HuggingFace_AnyVisionTransformer_ReadsBackTheSame() =>
        Gen.Select(Gen.Int[1, 2000], _vit, _text).Sample((embedding, vision, text) =>
    {
        var config = new ClipConfig { EmbeddingDimension = embedding, Vision = vision, Text = text };
        using var folder = new TemporaryFolder();
        ConfigSection.Write(
            folder.At("config.json"), HuggingFaceFormat.Describe(config, ClipTokenizer.Default, TorchSharp.torch.ScalarType.Float32));
        // OpenAI's end token does not have the largest id of these vocabularies, so that null comes back as null.
        HuggingFaceFormat.ReadConfig(folder.At("config.json"))
            .Should().Be(text.VocabularySize == 49408 ? config with { Text = text with { EndToken = 49407 } } : config);
    }, iter: 200, threads: 1);

    [Fact]
    public void OpenClip_AnyModel_ReadsBackTheSame() =>
        Gen.Select(Gen.Int[1, 2000], Gen.OneOf(_vit, _resNet), _text).Sample((embedding, vision, text) =>
    {
        if (vision.ResNet is null) vision = vision with { Activation = text.Activation };
        var config = new ClipConfig { EmbeddingDimension = embedding, Vision = vision, Text = text };
        using var folder = new TemporaryFolder();
        ConfigSection.Write(
            folder.At("model_cfg.json"),
            (System.Text.Json.Nodes.JsonObject)OpenClipFormat.Describe(config, new ClipPreprocessor(), "x")["model_cfg"]!.DeepClone());
        ConfigSection.Read(folder.At("model_cfg.json"), OpenClipFormat.ReadConfig).Should().Be(config);
    }, iter: 200, threads: 1);

    [Theory]
    [InlineData(ResizeMode.Shortest, null, ResizeFilter.Bicubic)]
    [InlineData(ResizeMode.Shortest, 256, ResizeFilter.Lanczos)]
    [InlineData(ResizeMode.Squash, null, ResizeFilter.Bilinear)]
    public void HuggingFace_Preprocessing_ReadsBackTheSame(ResizeMode mode, int? shorter, ResizeFilter interpolation)
    {
        var preprocessor = new ClipPreprocessor
        {
            Resolution = 224,
            ResizeMode = mode,
            ShorterSide = shorter,
            ResizeFilter = interpolation,
            Mean = [0.5f, 0.1f, 1f / 3],
            StandardDeviation = [0.5f, 0.2f, 0.7f],
        };
        using var folder = new TemporaryFolder();
        ConfigSection.Write(folder.At("p.json"), HuggingFaceFormat.Describe(preprocessor));
        ConfigSection.Read(folder.At("p.json"), root => ClipPreprocessor.FromHuggingFace(root.Json)).Should().Be(preprocessor);
    }

    [Theory]
    [InlineData(ResizeMode.Shortest, ResizeFilter.Bicubic)]
    [InlineData(ResizeMode.Longest, ResizeFilter.Bilinear)]
    [InlineData(ResizeMode.Squash, ResizeFilter.Bicubic)]
    public void OpenClip_Preprocessing_ReadsBackTheSame(ResizeMode mode, ResizeFilter interpolation)
    {
        var preprocessor = new ClipPreprocessor
        {
            Resolution = 224,
            ResizeMode = mode,
            ResizeFilter = interpolation,
            FillColor = 7,
            Mean = [0.5f, 0.1f, 1f / 3],
        };
        using var folder = new TemporaryFolder();
        ConfigSection.Write(folder.At("p.json"), OpenClipFormat.Describe(PublishedModels.Get("ViT-B/32").Config, preprocessor, null));
        ConfigSection.Read(folder.At("p.json"), root => ClipPreprocessor.FromOpenClip(root.Section("preprocess_cfg").Json, 224))
            .Should().Be(preprocessor);
    }
}

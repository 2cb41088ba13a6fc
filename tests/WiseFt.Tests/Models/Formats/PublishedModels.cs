using WiseFt.Models;

namespace WiseFt.Tests;

/// <summary>The nine models that OpenAI published, and how many numbers they have.</summary>
internal static class PublishedModels
{
    private static readonly Dictionary<string, (ClipConfig Config, long Parameters, long Visual)> _models = new(StringComparer.Ordinal)
    {
        ["ViT-B/32"] = (Vit(512, 224, 12, 768, 32, Text(512)), 151_277_313, 87_849_216),
        ["ViT-B/16"] = (Vit(512, 224, 12, 768, 16, Text(512)), 149_620_737, 86_192_640),
        ["ViT-L/14"] = (Vit(768, 224, 24, 1024, 14, Text(768)), 427_616_513, 303_966_208),
        ["ViT-L/14@336px"] = (Vit(768, 336, 24, 1024, 14, Text(768)), 427_944_193, 304_293_888),
        ["RN50"] = (ResNet(1024, 224, new(3, 4, 6, 3), 64, Text(512)), 102_007_137, 38_316_896),
        ["RN101"] = (ResNet(512, 224, new(3, 4, 23, 3), 64, Text(512)), 119_688_033, 56_259_936),
        ["RN50x4"] = (ResNet(640, 288, new(4, 6, 10, 6), 80, Text(640)), 178_300_601, 87_137_080),
        ["RN50x16"] = (ResNet(768, 384, new(6, 8, 18, 8), 96, Text(768)), 290_979_217, 167_328_912),
        ["RN50x64"] = (ResNet(1024, 448, new(3, 15, 36, 10), 128, Text(1024)), 623_258_305, 420_380_352),
    };

    public static TheoryData<string> Names => new(_models.Keys);

    public static (ClipConfig Config, long Parameters, long Visual) Get(string name) => _models[name];

    private static ClipConfig Vit(int embedding, int resolution, int layers, int width, int patch, TextConfig text) => new()
    {
        EmbeddingDimension = embedding,
        Vision = new VisionConfig
        {
            Resolution = resolution,
            PatchSize = patch,
            Width = width,
            Layers = layers,
            Heads = width / 64,
            MlpWidth = 4 * width,
            Activation = Activation.QuickGelu,
        },
        Text = text,
    };

    private static ClipConfig ResNet(int embedding, int resolution, ResNetStages stages, int width, TextConfig text) =>
        new() { EmbeddingDimension = embedding, Vision = VisionConfig.ModifiedResNet(resolution, width, stages), Text = text };

    private static TextConfig Text(int width) => new()
    {
        ContextLength = 77,
        VocabularySize = 49408,
        Width = width,
        Layers = 12,
        Heads = width / 64,
        MlpWidth = 4 * width,
        Activation = Activation.QuickGelu,
    };
}

namespace WiseFt.Models;

/// <summary>Reads the <c>config.json</c> of a Hugging Face CLIP folder.</summary>
/// <remarks>Source: transformers <c>configuration_clip.py</c>, whose defaults (those of ViT-B/32) hold for what a file leaves out.</remarks>
internal static class HuggingFaceConfig
{
    /// <summary>The <c>model_type</c> of CLIP.</summary>
    public const string ModelType = "clip";

    /// <summary>The wrong <c>eos_token_id</c> of old configurations.</summary>
    public const int LegacyEndToken = 2;

    /// <summary>The architecture that a configuration describes.</summary>
    /// <param name="path">The <c>config.json</c>.</param>
    /// <exception cref="CheckpointException">It is not the configuration of a CLIP model, or names something unknown.</exception>
    public static ClipConfig Read(string path) => ConfigSection.Read(path, Read);

    /// <summary>Whether a configuration is a CLIP's, whatever else is right or wrong in it.</summary>
    public static bool IsClip(string path) => ConfigSection.Read(path, root => root.Raw("model_type") == $"\"{ModelType}\"");

    private static ClipConfig Read(ConfigSection root)
    {
        if (root.Text("model_type", "") != ModelType) throw root.Refuse("model_type", $"'{ModelType}' (a CLIPModel with both encoders)");
        // The legacy names, where present, hold what the file's author set; defaults fill the rest, also against the newer section.
        ConfigSection vision = root.Section(root.Has("vision_config_dict") ? "vision_config_dict" : "vision_config");
        ConfigSection text = root.Section(root.Has("text_config_dict") ? "text_config_dict" : "text_config");
        return new ClipConfig
        {
            EmbeddingDimension = root.Int("projection_dim", 512),
            Vision = ReadVision(vision),
            Text = ReadText(text),
        }.Validated();
    }

    private static VisionConfig ReadVision(ConfigSection section)
    {
        if (section.Int("num_channels", 3) != 3) throw section.Refuse("num_channels", "3");
        return new VisionConfig
        {
            Resolution = section.Side("image_size", 224),
            PatchSize = section.Side("patch_size", 32),
            Width = section.Int("hidden_size", 768),
            Layers = section.Int("num_hidden_layers", 12),
            Heads = section.Int("num_attention_heads", 12),
            MlpWidth = section.Int("intermediate_size", 3072),
            Activation = ReadActivation(section),
            LayerNormEpsilon = section.Number("layer_norm_eps", 1e-5),
        };
    }

    private static TextConfig ReadText(ConfigSection section)
    {
        int endToken = section.Int("eos_token_id", 49407);
        return new TextConfig
        {
            ContextLength = section.Int("max_position_embeddings", 77),
            VocabularySize = section.Int("vocab_size", 49408),
            Width = section.Int("hidden_size", 512),
            Layers = section.Int("num_hidden_layers", 12),
            Heads = section.Int("num_attention_heads", 8),
            MlpWidth = section.Int("intermediate_size", 2048),
            Activation = ReadActivation(section),
            LayerNormEpsilon = section.Number("layer_norm_eps", 1e-5),
            // A wrong 2 stands in every old configuration; transformers then takes the largest id (its issue 24773).
            EndToken = endToken == LegacyEndToken ? null : endToken,
        };
    }

    private static Activation ReadActivation(ConfigSection section) => section.Text("hidden_act", "quick_gelu") switch
    {
        "quick_gelu" => Activation.QuickGelu,
        "gelu" => Activation.Gelu,
        _ => throw section.Refuse("hidden_act", "quick_gelu or gelu"),
    };
}

using System.Text.Json;

namespace WiseFt;

/// <summary>Reads the <c>config.json</c> of a Hugging Face CLIP folder.</summary>
/// <remarks>Source: transformers <c>configuration_clip.py</c>, whose defaults (those of ViT-B/32) hold for what a file leaves out.</remarks>
internal static class HuggingFaceConfig
{
    private const int LegacyEndToken = 2;

    /// <summary>The architecture that a configuration describes.</summary>
    /// <param name="path">The <c>config.json</c>.</param>
    /// <exception cref="CheckpointException">It is not the configuration of a CLIP model, or names something unknown.</exception>
    public static ClipConfig Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Read(document.RootElement, path);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentOutOfRangeException)
        {
            throw new CheckpointException($"{path}: not a usable CLIP configuration ({e.Message}). Use the config.json that came with the weights.", e);
        }
    }

    private static ClipConfig Read(JsonElement root, string path)
    {
        string type = root.TryGetProperty("model_type", out JsonElement t) ? t.GetString() ?? "" : "";
        if (type != "clip")
            throw new CheckpointException($"{path}: model_type is '{type}'; expected 'clip' (a CLIPModel with both encoders).");
        // The legacy names, where present, hold what the file's author set.
        JsonElement vision = Section(root, "vision_config_dict", "vision_config"), text = Section(root, "text_config_dict", "text_config");
        return new ClipConfig
        {
            EmbeddingDimension = Int(root, "projection_dim", 512),
            Vision = ReadVision(vision, path),
            Text = ReadText(text, path),
        };
    }

    private static VisionConfig ReadVision(JsonElement section, string path)
    {
        int channels = Int(section, "num_channels", 3);
        if (channels != 3) throw new CheckpointException($"{path}: num_channels is {channels}; expected 3.");
        return new VisionConfig
        {
            Resolution = Int(section, "image_size", 224),
            PatchSize = Int(section, "patch_size", 32),
            Width = Int(section, "hidden_size", 768),
            Layers = Int(section, "num_hidden_layers", 12),
            Heads = Int(section, "num_attention_heads", 12),
            MlpWidth = Int(section, "intermediate_size", 3072),
            Activation = ReadActivation(section, path),
            LayerNormEpsilon = Number(section, "layer_norm_eps", 1e-5),
        };
    }

    private static TextConfig ReadText(JsonElement section, string path)
    {
        int endToken = Int(section, "eos_token_id", 49407);
        return new TextConfig
        {
            ContextLength = Int(section, "max_position_embeddings", 77),
            VocabularySize = Int(section, "vocab_size", 49408),
            Width = Int(section, "hidden_size", 512),
            Layers = Int(section, "num_hidden_layers", 12),
            Heads = Int(section, "num_attention_heads", 8),
            MlpWidth = Int(section, "intermediate_size", 2048),
            Activation = ReadActivation(section, path),
            LayerNormEpsilon = Number(section, "layer_norm_eps", 1e-5),
            // A wrong 2 stands in every old configuration; transformers then takes the largest id (its issue 24773).
            EndToken = endToken == LegacyEndToken ? null : endToken,
        };
    }

    private static Activation ReadActivation(JsonElement section, string path)
    {
        string name = section.ValueKind == JsonValueKind.Object && section.TryGetProperty("hidden_act", out JsonElement a) ? a.GetString() ?? "" : "quick_gelu";
        return name switch
        {
            "quick_gelu" => Activation.QuickGelu,
            "gelu" => Activation.Gelu,
            _ => throw new CheckpointException($"{path}: hidden_act is '{name}'; expected quick_gelu or gelu."),
        };
    }

    private static JsonElement Section(JsonElement root, string legacyName, string name)
    {
        if (root.TryGetProperty(legacyName, out JsonElement legacy) && legacy.ValueKind == JsonValueKind.Object) return legacy;
        return root.TryGetProperty(name, out JsonElement section) ? section : default;
    }

    private static int Int(JsonElement section, string name, int otherwise) =>
        section.ValueKind == JsonValueKind.Object && section.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value.GetInt32() : otherwise;

    private static double Number(JsonElement section, string name, double otherwise) =>
        section.ValueKind == JsonValueKind.Object && section.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value.GetDouble() : otherwise;
}

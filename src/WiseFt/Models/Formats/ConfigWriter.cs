using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using WiseFt.Files;
using WiseFt.Images;
using WiseFt.Text;
using static TorchSharp.torch;

namespace WiseFt.Models;

/// <summary>The JSON files that describe a model to other libraries: what <see cref="HuggingFaceConfig"/> and <see cref="OpenClipConfig"/> read.</summary>
internal static class ConfigWriter
{
    private const double DefaultEpsilon = 1e-5;

    private static readonly JsonSerializerOptions _json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a JSON file.</summary>
    public static void Write(string path, JsonObject content) => AtomicFile.WriteText(path, content.ToJsonString(_json) + "\n");

    /// <summary>transformers' <c>config.json</c>.</summary>
    public static JsonObject HuggingFace(ClipConfig config, ClipTokenizer tokenizer, ScalarType precision) => new()
    {
        ["architectures"] = new JsonArray("CLIPModel"),
        ["model_type"] = HuggingFaceConfig.ModelType,
        ["projection_dim"] = config.EmbeddingDimension,
        ["logit_scale_init_value"] = 2.6592,
        ["torch_dtype"] = precision.ToString().ToLowerInvariant(),
        ["vision_config"] = HuggingFace(config.Vision, config.EmbeddingDimension),
        ["text_config"] = HuggingFace(config.Text, config.EmbeddingDimension, tokenizer),
    };

    /// <summary>transformers' <c>preprocessor_config.json</c>.</summary>
    public static JsonObject HuggingFace(ClipPreprocessor preprocessor)
    {
        int side = preprocessor.Resolution;
        bool squash = preprocessor.ResizeMode == ResizeMode.Squash;
        return new JsonObject
        {
            ["image_processor_type"] = "CLIPImageProcessor",
            ["do_resize"] = true,
            ["size"] = squash ? Square(side) : new JsonObject { ["shortest_edge"] = preprocessor.ShorterSide ?? side },
            ["resample"] = PillowNumber(preprocessor.ResizeFilter),
            ["do_center_crop"] = !squash,
            ["crop_size"] = Square(side),
            ["do_rescale"] = true,
            ["rescale_factor"] = 1.0 / 255,
            ["do_normalize"] = true,
            ["image_mean"] = Numbers(preprocessor.Mean),
            ["image_std"] = Numbers(preprocessor.StandardDeviation),
            ["do_convert_rgb"] = true,
        };
    }

    /// <summary>open_clip's <c>open_clip_config.json</c>.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="preprocessor">The preprocessing.</param>
    /// <param name="tokenizerName">What to call the vocabulary in the folder; null for OpenAI's.</param>
    public static JsonObject OpenClip(ClipConfig config, ClipPreprocessor preprocessor, string? tokenizerName) => new()
    {
        ["model_cfg"] = new JsonObject
        {
            ["embed_dim"] = config.EmbeddingDimension,
            ["quick_gelu"] = config.Text.Activation == Activation.QuickGelu,
            ["vision_cfg"] = OpenClip(config.Vision),
            ["text_cfg"] = OpenClip(config.Text, tokenizerName),
        },
        ["preprocess_cfg"] = new JsonObject
        {
            ["mode"] = "RGB",
            ["mean"] = Numbers(preprocessor.Mean),
            ["std"] = Numbers(preprocessor.StandardDeviation),
            ["interpolation"] = Lower(preprocessor.ResizeFilter),
            ["resize_mode"] = Lower(preprocessor.ResizeMode),
            ["fill_color"] = preprocessor.FillColor,
        },
    };

    private static JsonObject HuggingFace(VisionConfig vision, int embedding) => new()
    {
        ["model_type"] = "clip_vision_model",
        ["image_size"] = vision.Resolution,
        ["patch_size"] = vision.PatchSize,
        ["num_channels"] = 3,
        ["hidden_size"] = vision.Width,
        ["intermediate_size"] = vision.MlpWidth,
        ["num_hidden_layers"] = vision.Layers,
        ["num_attention_heads"] = vision.Heads,
        ["hidden_act"] = ActivationName(vision.Activation),
        ["layer_norm_eps"] = vision.LayerNormEpsilon,
        ["projection_dim"] = embedding,
    };

    private static JsonObject HuggingFace(TextConfig text, int embedding, ClipTokenizer tokenizer) => new()
    {
        ["model_type"] = "clip_text_model",
        ["vocab_size"] = text.VocabularySize,
        ["max_position_embeddings"] = text.ContextLength,
        ["hidden_size"] = text.Width,
        ["intermediate_size"] = text.MlpWidth,
        ["num_hidden_layers"] = text.Layers,
        ["num_attention_heads"] = text.Heads,
        ["hidden_act"] = ActivationName(text.Activation),
        ["layer_norm_eps"] = text.LayerNormEpsilon,
        ["projection_dim"] = embedding,
        ["bos_token_id"] = tokenizer.StartToken,
        // Where the end token has the largest id, its first place is the largest id's; else 2 makes transformers take the largest id.
        ["eos_token_id"] = text.EndToken ?? (tokenizer.EndToken == text.VocabularySize - 1 ? tokenizer.EndToken : HuggingFaceConfig.LegacyEndToken),
        ["pad_token_id"] = tokenizer.EndToken,
    };

    private static JsonObject OpenClip(VisionConfig vision)
    {
        var tower = new JsonObject
        {
            ["image_size"] = vision.Resolution,
            ["width"] = vision.Width,
            ["head_width"] = (int)(vision.AttentionWidth / vision.Heads),
        };
        if (vision.ResNet is { } stages)
        {
            tower["layers"] = new JsonArray([.. stages.Counts.Select(c => JsonValue.Create(c))]);
            return tower;
        }
        tower["layers"] = vision.Layers;
        tower["patch_size"] = vision.PatchSize;
        tower["mlp_ratio"] = Ratio(vision.MlpWidth, vision.Width);
        AddEpsilon(tower, vision.LayerNormEpsilon);
        return tower;
    }

    private static JsonObject OpenClip(TextConfig text, string? tokenizerName)
    {
        var tower = new JsonObject
        {
            ["context_length"] = text.ContextLength,
            ["vocab_size"] = text.VocabularySize,
            ["width"] = text.Width,
            ["heads"] = text.Heads,
            ["layers"] = text.Layers,
            ["mlp_ratio"] = Ratio(text.MlpWidth, text.Width),
        };
        if (tokenizerName is not null) tower["hf_tokenizer_name"] = tokenizerName;
        if (text.EndToken is { } end && end != text.VocabularySize - 1) (tower["pool_type"], tower["eos_id"]) = ("eos", end);
        AddEpsilon(tower, text.LayerNormEpsilon);
        return tower;
    }

    private static void AddEpsilon(JsonObject tower, double epsilon)
    {
        if (epsilon != DefaultEpsilon) tower["norm_kwargs"] = new JsonObject { ["eps"] = epsilon };
    }

    // Readers compute int(width * ratio): the quotient must not fall short by its rounding.
    private static double Ratio(int hidden, int width)
    {
        double ratio = (double)hidden / width;
        while ((int)(width * ratio) < hidden) ratio = Math.BitIncrement(ratio);
        return ratio;
    }

    private static int PillowNumber(ResizeFilter interpolation) => interpolation switch
    {
        ResizeFilter.Nearest => 0,
        ResizeFilter.Lanczos => 1,
        ResizeFilter.Bilinear => 2,
        ResizeFilter.Bicubic => 3,
        ResizeFilter.Box => 4,
        _ => 5,
    };

    private static string ActivationName(Activation activation) => activation == Activation.QuickGelu ? "quick_gelu" : "gelu";

    private static JsonObject Square(int side) => new() { ["height"] = side, ["width"] = side };

    private static JsonArray Numbers(IEnumerable<float> values) => [.. values.Select(v => JsonValue.Create(v))];

    private static string Lower<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}

using System.Text.Json.Nodes;
using WiseFt.Files;
using WiseFt.Images;
using WiseFt.Tensors;
using WiseFt.Text;
using static TorchSharp.torch;

namespace WiseFt.Models;

/// <summary>A folder of Hugging Face's transformers: <c>config.json</c>, weights in one file or several, vocabulary,
/// <c>preprocessor_config.json</c>.</summary>
/// <remarks>Source: transformers <c>configuration_clip.py</c>, whose defaults (those of ViT-B/32)
/// hold for what a file leaves out.</remarks>
internal static class HuggingFaceFormat
{
    /// <summary>The configuration's file.</summary>
    public const string ConfigName = "config.json";

    /// <summary>The preprocessing's file.</summary>
    private const string PreprocessorName = "preprocessor_config.json";

    /// <summary>The whole processor's file, which has the preprocessing inside since transformers 5.</summary>
    private const string ProcessorName = "processor_config.json", ImageProcessorKey = "image_processor";

    private const string WeightsName = "model.safetensors";

    /// <summary>The <c>model_type</c> of CLIP.</summary>
    private const string ModelType = "clip";

    /// <summary>The wrong <c>eos_token_id</c> of old configurations.</summary>
    private const int LegacyEndToken = 2;

    /// <summary>Opens the folder.</summary>
    public static ClipCheckpoint Open(ClipFiles files, ClipOverrides overrides)
    {
        string configPath = files.InFolder(ConfigName);
        ClipConfig config = ReadConfig(configPath).WithActivation(overrides.Activation);
        string? preprocessing = PreprocessorFile(files);
        ClipPreprocessor preprocessor = ReadPreprocessor(preprocessing, config.Vision.Resolution);
        var (tokenizer, vocabulary) = ClipVocabulary.Open(files.Folder, overrides.VocabularyPath, config);
        RenamedTensors weights = overrides.OpenWeights(files.Weights);
        return new ClipCheckpoint
        {
            Path = files.Path,
            Visual = files.Visual,
            Layout = $"Hugging Face folder ({Path.GetFileName(files.Weights)})",
            Config = config,
            ConfigSource = configPath,
            ActivationSource = overrides.ActivationSource(ConfigName),
            Tokenizer = tokenizer,
            VocabularyPath = vocabulary,
            Preprocessor = preprocessor,
            PreprocessorSource = preprocessing is null ? null : Path.GetFileName(preprocessing),
            Assumptions =
            [
                .. ClipOverrides.AssumedVocabulary(vocabulary),
                .. preprocessing is null ? [$"The folder has no {PreprocessorName}: CLIP's preprocessing is assumed. Put the file there."]
                    : (string[])[],
            ],
            Notes = weights.Notes,
            Tensors = weights,
        };
    }

    /// <summary>The architecture that a configuration describes.</summary>
    /// <param name="path">The <c>config.json</c>.</param>
    /// <exception cref="CheckpointException">It is not the configuration of a CLIP model, or names something unknown.</exception>
    public static ClipConfig ReadConfig(string path) => ConfigSection.Read(path, Read);

    /// <summary>Whether a configuration is a CLIP's, whatever else is right or wrong in it.</summary>
    public static bool IsClip(string path) => ConfigSection.Read(path, root => root.Raw("model_type") == $"\"{ModelType}\"");

    /// <summary>Why a model cannot be written so that it comes back as it is, one clause each; empty if it can.</summary>
    public static IEnumerable<string> Problems(ClipConfig config, ClipPreprocessor preprocessor)
    {
        if (config.Vision.Tower != ImageTower.VisionTransformer) yield return $"transformers' CLIPModel has no {config.Vision.Tower.Name}";
        if (preprocessor.ResizeMode == ResizeMode.Longest) yield return "its image processor cannot resize by the longest side";
    }

    /// <summary>Writes a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">An empty folder.</param>
    public static void Write(ClipContents model, string folder)
    {
        var tokenizer = (ClipTokenizer)model.Tokenizer;
        ClipVocabulary.Write(tokenizer, folder);
        ConfigSection.Write(Path.Combine(folder, ConfigName), Describe(model.Config, tokenizer, model.Precision));
        ConfigSection.Write(Path.Combine(folder, PreprocessorName), Describe(model.Preprocessor));
        model.WriteWeights(Path.Combine(folder, WeightsName), KeyMap.HuggingFace);
    }

    /// <summary>transformers' <c>config.json</c>.</summary>
    public static JsonObject Describe(ClipConfig config, ClipTokenizer tokenizer, ScalarType precision) => new()
    {
        ["architectures"] = new JsonArray("CLIPModel"),
        ["model_type"] = ModelType,
        ["projection_dim"] = config.EmbeddingDimension,
        ["logit_scale_init_value"] = 2.6592,
        ["torch_dtype"] = precision.ToString().ToLowerInvariant(),
        ["vision_config"] = Describe(config.Vision, config.EmbeddingDimension),
        ["text_config"] = Describe(config.Text, config.EmbeddingDimension, tokenizer),
    };

    /// <summary>transformers' <c>preprocessor_config.json</c>.</summary>
    public static JsonObject Describe(ClipPreprocessor preprocessor)
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
            ["image_mean"] = ConfigSection.Numbers(preprocessor.Mean),
            ["image_std"] = ConfigSection.Numbers(preprocessor.StandardDeviation),
            ["do_convert_rgb"] = true,
        };
    }

    /// <summary>The file that says how images become pixels: since transformers 5 the processor's, with the image processor
    /// inside.</summary>
    private static string? PreprocessorFile(ClipFiles files)
    {
        string nested = files.InFolder(ProcessorName), own = files.InFolder(PreprocessorName);
        return File.Exists(nested) && ConfigSection.Read(nested, root => root.Has(ImageProcessorKey)) ? nested : File.Exists(own)
            ? own : null;
    }

    private static ClipPreprocessor ReadPreprocessor(string? path, int resolution)
    {
        if (path is null) return new ClipPreprocessor { Resolution = resolution };
        ClipPreprocessor preprocessor = ConfigSection.Read(path, root => ClipPreprocessor.FromHuggingFace(
            Path.GetFileName(path) == ProcessorName ? root.Section(ImageProcessorKey).Json : root.Json));
        return preprocessor.Resolution == resolution
            ? preprocessor
            : throw new CheckpointException(
                $"{path}: images become {preprocessor.Resolution} x {preprocessor.Resolution} pixels and the image encoder " +
                $"of {ConfigName} takes {resolution} x {resolution}. Use the files of one and the same model.");
    }

    private static ClipConfig Read(ConfigSection root)
    {
        RequireWholeModel(root);
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

    private static void RequireWholeModel(ConfigSection root)
    {
        if (root.Has("architecture") && root.Has("pretrained_cfg"))
            throw root.Refuse("architecture", $"model_type '{ModelType}': this is a timm model, an image encoder without texts");
        if (root.Has("quantization_config"))
            throw root.Refuse("quantization_config", "no such key: quantised weights are not read. Use the original files");
        string type = root.Text("model_type", "");
        if (type is "clip_vision_model" or "clip_text_model")
            throw root.Refuse("model_type", $"'{ModelType}': this is one encoder alone, and zero-shot scores need both. Use the whole " +
                "CLIPModel");
        if (type != ModelType) throw root.Refuse("model_type", $"'{ModelType}' (a CLIPModel with both encoders)");
        if (root.Raw("architectures") is { } classes && !classes.Contains("\"CLIPModel\"", StringComparison.Ordinal)
            && (classes.Contains("ForImageClassification", StringComparison.Ordinal)
                || classes.Contains("VisionModel", StringComparison.Ordinal) || classes.Contains("TextModel", StringComparison.Ordinal)))
            throw root.Refuse(
                "architectures",
                "CLIPModel: this is a classifier, or one encoder, of another layout, without what zero-shot scores need. " +
                "Use the CLIPModel that it was trained from, and fine-tune that here");
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

    private static JsonObject Describe(VisionConfig vision, int embedding) => new()
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

    private static JsonObject Describe(TextConfig text, int embedding, ClipTokenizer tokenizer) => new()
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
        ["eos_token_id"] = text.EndToken ?? (tokenizer.EndToken == text.VocabularySize - 1 ? tokenizer.EndToken : LegacyEndToken),
        ["pad_token_id"] = tokenizer.EndToken,
    };

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
}

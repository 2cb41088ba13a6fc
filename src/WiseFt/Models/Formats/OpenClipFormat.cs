using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using WiseFt.Files;
using WiseFt.Images;
using WiseFt.Tensors;

namespace WiseFt.Models;

/// <summary>A folder of open_clip: <c>open_clip_config.json</c> and one file of weights.</summary>
/// <remarks>
/// Source: open_clip <c>model.py</c> (<c>CLIPVisionCfg</c>, <c>CLIPTextCfg</c>), whose defaults hold for what a file leaves out. Its
/// towers have many variants that CLIP does not have: a key that would change the computation is refused unless it has
/// the value that changes nothing.
/// </remarks>
internal static class OpenClipFormat
{
    /// <summary>The configuration's file.</summary>
    public const string ConfigName = "open_clip_config.json";

    private const string WeightsName = "open_clip_model.safetensors";
    private const double DefaultEpsilon = 1e-5;
    private const string WhatIsRead = "of open_clip's models those with its own VisionTransformer or ModifiedResNet and its " +
        "own TextTransformer are read";

    // Keys and what they may say; null is always allowed.
    private static readonly ImmutableArray<NeutralKey> _neutralInModel =
    [
        new("init_logit_bias"), new("nonscalar_logit_scale", "false"),
    ];

    private static readonly ImmutableArray<NeutralKey> _neutralInTowers =
    [
        new("ls_init_value"), new("act_kwargs", "{}"), new("block_type", "\"default\""),
        new("qk_norm", "false"), new("scaled_cosine_attn", "false"), new("scale_heads", "false"),
        new("scale_attn_inner", "false"), new("scale_attn", "false"), new("scale_fc", "false"),
        new("final_ln_after_pool", "false", "true"), // normalisation is token by token: before or after taking one is the same
    ];

    private static readonly ImmutableArray<NeutralKey> _neutralInVision =
    [
        .. _neutralInTowers,
        new("attentional_pool", "false"), new("no_ln_pre", "false"), new("pos_embed_type", "\"learnable\""), new("pool_type", "\"tok\""),
    ];

    private static readonly ImmutableArray<NeutralKey> _neutralInText =
    [
        .. _neutralInTowers,
        new("text_arch", "\"clip\""), new("variable_text", "false"), new("embed_cls", "false"), new("no_causal_mask", "false"),
        new("proj_type", "\"linear\""), new("proj_bias", "false"), new("pool_type", "\"argmax\"", "\"eos\""),
        new("tokenizer_type", "\"\""), new("tokenizer_mode"), new("tokenizer_kwargs", "{}"), new("norm_type"),
    ];

    // Keys without effect on features: of training, of other towers, of output formats.
    private static readonly ImmutableArray<string> _readInModel =
        ["embed_dim", "vision_cfg", "text_cfg", "quick_gelu", "custom_text", "init_logit_scale", "cast_dtype", "output_dict"];

    private static readonly ImmutableArray<string> _readInVision =
    [
        "layers", "width", "head_width", "mlp_ratio", "patch_size", "image_size", "norm_kwargs", "patch_dropout", "output_tokens",
        "image_seq_len",
        "attn_pooler_queries", "attn_pooler_heads", "timm_model_name", "timm_model_pretrained", "timm_pool", "timm_proj",
        "timm_proj_bias", "timm_drop",
        "timm_drop_path", "timm_model_kwargs",
    ];

    private static readonly ImmutableArray<string> _readInText =
    [
        "context_length", "vocab_size", "hf_tokenizer_name", "width", "heads", "layers", "mlp_ratio", "pad_id", "bos_id",
        "eos_id", "norm_kwargs",
        "output_tokens", "tiktoken_name", "hf_model_name", "hf_model_pretrained", "hf_proj_type", "hf_pooler_type", "hf_model_config",
    ];

    /// <summary>Opens the folder.</summary>
    public static ClipCheckpoint Open(ClipFiles files, ClipOverrides overrides)
    {
        string configPath = files.InFolder(ConfigName);
        OpenClipFolderConfig config = ConfigSection.Read(configPath, ReadFolder);
        var (tokenizer, vocabulary) = ClipVocabulary.Open(files.Folder, overrides.VocabularyPath, config.Model);
        if (vocabulary is null && config.TokenizerName.Length > 0
            && !config.TokenizerName.StartsWith("openai/clip-", StringComparison.Ordinal))
            throw new CheckpointException(
                $"{configPath}: texts are tokenized as '{config.TokenizerName}' does. " +
                "Put its vocab.json and merges.txt into the folder, or give the vocabulary's path.");
        RenamedTensors weights = overrides.OpenWeights(files.Weights);
        return new ClipCheckpoint
        {
            Path = files.Path,
            Visual = files.Visual,
            Layout = $"open_clip folder ({Path.GetFileName(files.Weights)})",
            Config = config.Model.WithActivation(overrides.Activation),
            ConfigSource = configPath,
            ActivationSource = overrides.ActivationSource(
                config.SaysActivation ? ConfigName : $"open_clip's default, since {ConfigName} has no quick_gelu"),
            Tokenizer = tokenizer,
            VocabularyPath = vocabulary,
            Preprocessor = config.Preprocessor,
            PreprocessorSource = ConfigName,
            Assumptions = config.SaysActivation || overrides.Activation is not null
                ? []
                : [$"{ConfigName} has no quick_gelu: gelu is assumed, as open_clip does. --activation gelu|quick-gelu decides."],
            Notes = weights.Notes,
            Tensors = weights,
        };
    }

    /// <summary>The architecture that a configuration describes.</summary>
    /// <param name="model">The <c>model_cfg</c>.</param>
    /// <exception cref="CheckpointException">A tower is another library's, or a variant that is not read.</exception>
    public static ClipConfig ReadConfig(ConfigSection model)
    {
        ConfigSection vision = model.Section("vision_cfg"), text = model.Section("text_cfg");
        if (vision.Has("timm_model_name")) throw vision.Refuse("timm_model_name", $"no such key: {WhatIsRead}, not with towers of timm");
        if (text.Has("hf_model_name"))
            throw text.Refuse("hf_model_name", $"no such key: {WhatIsRead}, not with text towers of Hugging Face");
        RequireNeutral(model, _readInModel, _neutralInModel);
        RequireNeutral(vision, _readInVision, _neutralInVision);
        RequireNeutral(text, _readInText, _neutralInText);
        Activation activation = model.Flag("quick_gelu", false) ? Activation.QuickGelu : Activation.Gelu;
        return new ClipConfig
        {
            EmbeddingDimension = model.Int("embed_dim"),
            Vision = ReadVision(vision, activation),
            Text = ReadText(text, activation),
        }.Validated();
    }

    /// <summary>Why a model cannot be written so that it comes back as it is, one clause each; empty if it can.</summary>
    public static IEnumerable<string> Problems(ClipConfig config, ClipPreprocessor preprocessor)
    {
        if (config.Activations.Distinct().Count() > 1)
            yield return "open_clip has one activation for both encoders, " +
                $"and these have {config.Vision.Activation} and {config.Text.Activation}";
        if (preprocessor.ShorterSide is not null) yield return "open_clip resizes to the size that it crops";
        if (preprocessor.ResizeFilter is not (ResizeFilter.Bicubic or ResizeFilter.Bilinear))
            yield return $"open_clip has no {preprocessor.ResizeFilter} interpolation";
    }

    /// <summary>Writes a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">An empty folder.</param>
    /// <param name="name">What the folder will be called in the end, which is what its vocabulary is called.</param>
    public static void Write(ClipContents model, string folder, string name)
    {
        bool hasOwnVocabulary = !ClipVocabulary.IsOpenAIs(model.Tokenizer);
        if (hasOwnVocabulary) ClipVocabulary.Write(model.Tokenizer, folder);
        ConfigSection.Write(Path.Combine(folder, ConfigName), Describe(model.Config, model.Preprocessor, hasOwnVocabulary ? name : null));
        model.WriteWeights(Path.Combine(folder, WeightsName), KeyMap.OpenAI);
    }

    /// <summary>open_clip's <c>open_clip_config.json</c>.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="preprocessor">The preprocessing.</param>
    /// <param name="tokenizerName">What to call the vocabulary in the folder; null for OpenAI's.</param>
    public static JsonObject Describe(ClipConfig config, ClipPreprocessor preprocessor, string? tokenizerName) => new()
    {
        ["model_cfg"] = new JsonObject
        {
            ["embed_dim"] = config.EmbeddingDimension,
            ["quick_gelu"] = config.Text.Activation == Activation.QuickGelu,
            ["vision_cfg"] = Describe(config.Vision),
            ["text_cfg"] = Describe(config.Text, tokenizerName),
        },
        ["preprocess_cfg"] = new JsonObject
        {
            ["mode"] = "RGB",
            ["mean"] = ConfigSection.Numbers(preprocessor.Mean),
            ["std"] = ConfigSection.Numbers(preprocessor.StandardDeviation),
            ["interpolation"] = Lower(preprocessor.ResizeFilter),
            ["resize_mode"] = Lower(preprocessor.ResizeMode),
            ["fill_color"] = preprocessor.FillColor,
        },
    };

    private static OpenClipFolderConfig ReadFolder(ConfigSection root)
    {
        if (!root.Has("model_cfg")) throw root.Refuse("model_cfg", "an object with embed_dim, vision_cfg and text_cfg");
        ConfigSection model = root.Section("model_cfg"), preprocess = root.Section("preprocess_cfg");
        ClipConfig config = ReadConfig(model);
        int resolution = config.Vision.Resolution;
        return new OpenClipFolderConfig(
            config,
            preprocess.Json.ValueKind == JsonValueKind.Object
                ? ClipPreprocessor.FromOpenClip(preprocess.Json, resolution)
                : new ClipPreprocessor { Resolution = resolution },
            model.Section("text_cfg").Text("hf_tokenizer_name", ""),
            model.Has("quick_gelu"));
    }

    private static VisionConfig ReadVision(ConfigSection section, Activation activation)
    {
        int width = section.Int("width", 768),
        headWidth = Check.AtLeast(section.Int("head_width", 64), 1),
        resolution = section.Side("image_size", 224);
        if (section.IsList("layers"))
            return section.Ints("layers") is [var first, var second, var third, var fourth]
                ? VisionConfig.ModifiedResNet(
                    resolution, width, new ResNetStages(first, second, third, fourth), width * ModifiedResNet.Expansion / headWidth)
                : throw section.Refuse("layers", "a number, or four of them for a ModifiedResNet");
        return new VisionConfig
        {
            Resolution = resolution,
            PatchSize = section.Side("patch_size", 16),
            Width = width,
            Layers = section.Int("layers", 12),
            Heads = width / headWidth,
            MlpWidth = (int)(width * section.Number("mlp_ratio", 4.0)),
            Activation = activation,
            LayerNormEpsilon = Epsilon(section),
        };
    }

    private static TextConfig ReadText(ConfigSection section, Activation activation)
    {
        int width = section.Int("width", 512);
        return new TextConfig
        {
            ContextLength = section.Int("context_length", 77),
            VocabularySize = section.Int("vocab_size", 49408),
            Width = width,
            Layers = section.Int("layers", 12),
            Heads = section.Int("heads", 8),
            MlpWidth = (int)(width * section.Number("mlp_ratio", 4.0)),
            Activation = activation,
            LayerNormEpsilon = Epsilon(section),
            EndToken = section.Text("pool_type", "argmax") == "eos" ? section.Int("eos_id") : null,
        };
    }

    private static double Epsilon(ConfigSection tower)
    {
        ConfigSection norm = tower.Section("norm_kwargs");
        return norm.Keys.All(k => k == "eps") ? norm.Number("eps", 1e-5) : throw tower.Refuse("norm_kwargs", "eps alone");
    }

    private static void RequireNeutral(ConfigSection section, ImmutableArray<string> read, ImmutableArray<NeutralKey> neutral)
    {
        foreach (string key in section.Keys.Except(read))
        {
            NeutralKey? known = neutral.FirstOrDefault(n => n.Key == key);
            if (section.Raw(key) is not { } raw || known?.Values.Contains(raw) == true) continue;
            throw section.Refuse(
                key, $"{(known is null ? "no such key" : string.Join(" or ", (string[])[.. known.Values, "null"]))}: {WhatIsRead}");
        }
    }

    private static JsonObject Describe(VisionConfig vision)
    {
        var tower = new JsonObject
        {
            ["image_size"] = vision.Resolution,
            ["width"] = vision.Width,
            ["head_width"] = (int)(vision.AttentionWidth / vision.Heads),
        };
        if (vision.Tower == ImageTower.ModifiedResNet)
        {
            tower["layers"] = new JsonArray([.. vision.ResNet!.Counts.Select(c => JsonValue.Create(c))]);
            return tower;
        }
        tower["layers"] = vision.Layers;
        tower["patch_size"] = vision.PatchSize;
        tower["mlp_ratio"] = Ratio(vision.MlpWidth, vision.Width);
        AddEpsilon(tower, vision.LayerNormEpsilon);
        return tower;
    }

    private static JsonObject Describe(TextConfig text, string? tokenizerName)
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

    private static string Lower<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();

    private sealed record OpenClipFolderConfig(ClipConfig Model, ClipPreprocessor Preprocessor, string TokenizerName, bool SaysActivation);

    private sealed record NeutralKey(string Key, params string[] Values);
}

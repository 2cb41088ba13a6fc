using System.Collections.Immutable;

namespace WiseFt.Models;

/// <summary>Reads the <c>model_cfg</c> of an <c>open_clip_config.json</c>.</summary>
/// <remarks>
/// Source: open_clip <c>model.py</c> (<c>CLIPVisionCfg</c>, <c>CLIPTextCfg</c>), whose defaults hold for what a file leaves out. Its towers have
/// many variants that CLIP does not have: a key that would change the computation is refused unless it has the value that changes nothing.
/// </remarks>
internal static class OpenClipConfig
{
    private const string WhatIsRead = "of open_clip's models those with its own VisionTransformer or ModifiedResNet and its own TextTransformer are read";

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
        "layers", "width", "head_width", "mlp_ratio", "patch_size", "image_size", "norm_kwargs", "patch_dropout", "output_tokens", "image_seq_len",
        "attn_pooler_queries", "attn_pooler_heads", "timm_model_name", "timm_model_pretrained", "timm_pool", "timm_proj", "timm_proj_bias", "timm_drop",
        "timm_drop_path", "timm_model_kwargs",
    ];

    private static readonly ImmutableArray<string> _readInText =
    [
        "context_length", "vocab_size", "hf_tokenizer_name", "width", "heads", "layers", "mlp_ratio", "pad_id", "bos_id", "eos_id", "norm_kwargs",
        "output_tokens", "tiktoken_name", "hf_model_name", "hf_model_pretrained", "hf_proj_type", "hf_pooler_type", "hf_model_config",
    ];

    /// <summary>The architecture that a configuration describes.</summary>
    /// <param name="model">The <c>model_cfg</c>.</param>
    /// <exception cref="CheckpointException">A tower is another library's, or a variant that is not read.</exception>
    public static ClipConfig Read(ConfigSection model)
    {
        ConfigSection vision = model.Section("vision_cfg"), text = model.Section("text_cfg");
        if (vision.Has("timm_model_name")) throw vision.Refuse("timm_model_name", $"no such key: {WhatIsRead}, not with towers of timm");
        if (text.Has("hf_model_name")) throw text.Refuse("hf_model_name", $"no such key: {WhatIsRead}, not with text towers of Hugging Face");
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

    private static VisionConfig ReadVision(ConfigSection section, Activation activation)
    {
        int width = section.Int("width", 768), headWidth = Check.AtLeast(section.Int("head_width", 64), 1), resolution = section.Side("image_size", 224);
        if (section.IsList("layers"))
            return section.Ints("layers") is [var first, var second, var third, var fourth]
                ? VisionConfig.ModifiedResNet(resolution, width, new ResNetStages(first, second, third, fourth), width * ModifiedResNet.Expansion / headWidth)
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
            throw section.Refuse(key, $"{(known is null ? "no such key" : string.Join(" or ", (string[])[.. known.Values, "null"]))}: {WhatIsRead}");
        }
    }

    private sealed record NeutralKey(string Key, params string[] Values);
}

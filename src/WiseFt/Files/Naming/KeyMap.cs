using System.Collections.Immutable;
using WiseFt.Tensors;

namespace WiseFt.Files;

/// <summary>The namings of CLIP's tensors that are known.</summary>
internal static class KeyMap
{
    /// <summary>Names of Hugging Face's CLIPModel.</summary>
    /// <remarks>Source: transformers <c>convert_clip_original_pytorch_to_hf.py</c>.</remarks>
    public static readonly KeyNaming HuggingFace = new(
        "Hugging Face's names",
        "vision_model.embeddings.class_embedding",
        [
            new("visual.conv1.weight", KeyOperation.Copy, "vision_model.embeddings.patch_embedding.weight"),
            new("visual.class_embedding", KeyOperation.Copy, "vision_model.embeddings.class_embedding"),
            new("visual.positional_embedding", KeyOperation.Copy, "vision_model.embeddings.position_embedding.weight"),
            new("visual.ln_pre.weight", KeyOperation.Copy, "vision_model.pre_layrnorm.weight"), // their spelling
            new("visual.ln_pre.bias", KeyOperation.Copy, "vision_model.pre_layrnorm.bias"),
            new("visual.ln_post.weight", KeyOperation.Copy, "vision_model.post_layernorm.weight"),
            new("visual.ln_post.bias", KeyOperation.Copy, "vision_model.post_layernorm.bias"),
            new("visual.proj", KeyOperation.Transpose, "visual_projection.weight"),
            .. Blocks("visual.transformer.resblocks.*", "vision_model.encoder.layers.*"),
            new("token_embedding.weight", KeyOperation.Copy, "text_model.embeddings.token_embedding.weight"),
            new("positional_embedding", KeyOperation.Copy, "text_model.embeddings.position_embedding.weight"),
            new("ln_final.weight", KeyOperation.Copy, "text_model.final_layer_norm.weight"),
            new("ln_final.bias", KeyOperation.Copy, "text_model.final_layer_norm.bias"),
            new("text_projection", KeyOperation.Transpose, "text_projection.weight"),
            new("logit_scale", KeyOperation.Copy, "logit_scale"),
            .. Blocks("transformer.resblocks.*", "text_model.encoder.layers.*"),
        ]);

    /// <summary>Names of open_clip's CustomTextCLIP: the text encoder is a module of its own.</summary>
    /// <remarks>Source: open_clip <c>convert_to_custom_text_state_dict</c>.</remarks>
    public static readonly KeyNaming CustomText = new(
        "open_clip's names with a text module",
        "text.token_embedding.weight",
        [
            new("visual.**", KeyOperation.Copy, "visual.**"),
            new("logit_scale", KeyOperation.Copy, "logit_scale"),
            new("**", KeyOperation.Copy, "text.**"),
        ]);

    /// <summary>Names of OpenAI's CLIP and of open_clip's: those inside the model.</summary>
    public static readonly KeyNaming OpenAI = new("OpenAI's names", "visual.conv1.weight", [new("**", KeyOperation.Copy, "**")]);

    /// <summary>Endings of names that carry nothing to load: index buffers of old checkpoints,
    /// numbers beside the weights in OpenAI's archives.</summary>
    public static readonly ImmutableArray<string> Ignored = [".position_ids", "input_resolution", "context_length", "vocab_size"];

    /// <summary>In the order in which they are tried.</summary>
    private static readonly ImmutableArray<KeyNaming> _all = [HuggingFace, CustomText, OpenAI];

    /// <summary>What torch.compile puts into names, wherever the compiled module is.</summary>
    private const string CompilerMarker = "_orig_mod.";

    /// <summary>The naming of a file, and what a training script put before each of the model's names: DistributedDataParallel's
    /// <c>module.</c>, the attribute of a Lightning module, any other.</summary>
    /// <param name="names">The file's names, without torch.compile's marker.</param>
    /// <param name="prefix">Which of several models in the file is wanted; null for the one that is there.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="CheckpointException">It is none of those known, or the file holds several models.</exception>
    public static (KeyNaming Naming, string Prefix) Recognise(IReadOnlyCollection<string> names, string? prefix, string path)
    {
        foreach (KeyNaming naming in _all)
        {
            string[] prefixes = [.. names.Where(n => IsAt(n, naming.Signature)).Select(n => n[..^naming.Signature.Length])
                .Where(p => prefix is null || p == prefix + ".").Order(StringComparer.Ordinal)];
            if (prefixes.Length == 1) return (naming, prefixes[0]);
            if (prefixes.Length > 1)
                throw new CheckpointException(
                    $"{path}: the file holds {prefixes.Length} models, whose names begin with {Listed.Quoted(prefixes)}. " +
                    $"Say which, as --state-dict {prefixes[0].TrimEnd('.')} does.");
        }
        throw new CheckpointException(
            $"{path}: its {names.Count} tensors (first: {Listed.First(names.Order(StringComparer.Ordinal))}) " +
            $"are not named as a CLIP image encoder's{(prefix is null ? "" : $" after '{prefix}.'")}. {WhatElse(names)}");
    }

    /// <summary>The file's names by what they are without torch.compile's marker.</summary>
    /// <exception cref="CheckpointException">A name is there with and without it.</exception>
    public static Dictionary<string, string> WithoutMarker(ITensorFile file)
    {
        var plain = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in file.Tensors.Keys)
            if (!plain.TryAdd(name.Replace(CompilerMarker, "", StringComparison.Ordinal), name))
                throw new CheckpointException(
                    $"{file.Path}: the file has '{name}' with and without torch.compile's '{CompilerMarker}'. " +
                    "Save one model a file.");
        return plain;
    }

    private static bool IsAt(string name, string signature) =>
        name.EndsWith(signature, StringComparison.Ordinal) && (name.Length == signature.Length || name[^(signature.Length + 1)] == '.');

    /// <summary>What the file is instead, as far as names tell, and what to do.</summary>
    private static string WhatElse(IReadOnlyCollection<string> names)
    {
        bool Any(string part) => names.Any(n => n.Contains(part, StringComparison.Ordinal));
        return Any("lora_") ? "They are a LoRA adapter's: changes to a model, and no model. In Python, load the model with it, " +
                "call merge_and_unload() and save that."
            : Any("SCB") || Any("quant_map") || Any("absmax") || Any("qweight") ? "They are quantised. Use the original file."
            : Any("vision_model.encoder") || Any("text_model.encoder") ? "They are one encoder's alone. Use the file of a whole CLIP model."
            : Any("patch_embed.proj") || Any("stem.conv") ? "They are a timm image encoder's alone. Use the file of a whole CLIP model."
            : Any("auto_model") || Any("word_embeddings") ? "They are a language model's, as of sentence-transformers. " +
                "Use the file of a CLIP model, which sentence-transformers keeps in the folder 0_CLIPModel."
            : $"Expected {string.Join(", or ", _all.Select(n => $"'{n.Signature}' ({n.Name})"))}. Use the file of a whole CLIP model.";
    }

    private static IEnumerable<KeyRule> Blocks(string name, string source) =>
        [.. Block(name, source, "weight"), .. Block(name, source, "bias")];

    private static KeyRule[] Block(string name, string source, string kind) =>
    [
        new($"{name}.attn.in_proj_{kind}", KeyOperation.Stack,
            $"{source}.self_attn.q_proj.{kind}", $"{source}.self_attn.k_proj.{kind}", $"{source}.self_attn.v_proj.{kind}"),
        new($"{name}.attn.out_proj.{kind}", KeyOperation.Copy, $"{source}.self_attn.out_proj.{kind}"),
        new($"{name}.mlp.c_fc.{kind}", KeyOperation.Copy, $"{source}.mlp.fc1.{kind}"),
        new($"{name}.mlp.c_proj.{kind}", KeyOperation.Copy, $"{source}.mlp.fc2.{kind}"),
        new($"{name}.ln_1.{kind}", KeyOperation.Copy, $"{source}.layer_norm1.{kind}"),
        new($"{name}.ln_2.{kind}", KeyOperation.Copy, $"{source}.layer_norm2.{kind}"),
    ];
}

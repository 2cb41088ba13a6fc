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

    /// <summary>What training scripts put before every name: nothing, DistributedDataParallel's,
    /// Lightning's, the WiSE-FT reference's.</summary>
    private static readonly ImmutableArray<string> _prefixes = ["", "module.", "model.", "image_encoder.model."];

    /// <summary>The naming of a file, and what stands before each of its names.</summary>
    /// <exception cref="CheckpointException">It is none of those known.</exception>
    public static (KeyNaming Naming, string Prefix) Recognise(ITensorFile file)
    {
        foreach (string prefix in _prefixes)
            foreach (KeyNaming naming in _all)
                if (file.Tensors.ContainsKey(prefix + naming.Signature)) return (naming, prefix);
        throw new CheckpointException(
            $"{file.Path}: its {file.Tensors.Count} tensors (first: {Listed.First(file.Tensors.Keys.Order(StringComparer.Ordinal))}) " +
            "are not named as a CLIP image encoder's. " +
            $"Expected {string.Join(", or ", _all.Select(n => $"'{n.Signature}' ({n.Name})"))}. Use the file of a whole CLIP model.");
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

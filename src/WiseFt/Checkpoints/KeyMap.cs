using System.Collections.Immutable;

namespace WiseFt;

/// <summary>Which tensors of a checkpoint make which tensor of the model, whose names inside are always OpenAI's.</summary>
/// <remarks>Source: transformers <c>convert_clip_original_pytorch_to_hf.py</c>.</remarks>
internal static class KeyMap
{
    /// <summary>Names of Hugging Face's CLIPModel.</summary>
    public static readonly ImmutableArray<KeyRule> HuggingFace =
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
    ];

    /// <summary>Endings of names that carry nothing to load: index buffers of old checkpoints.</summary>
    public static readonly ImmutableArray<string> Ignored = [".position_ids"];

    private static IEnumerable<KeyRule> Blocks(string name, string source) => [.. Block(name, source, "weight"), .. Block(name, source, "bias")];

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

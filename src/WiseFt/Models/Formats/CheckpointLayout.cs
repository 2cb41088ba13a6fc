namespace WiseFt.Models;

/// <summary>In whose layout a CLIP model is written.</summary>
public enum CheckpointLayout
{
    /// <summary>A folder for transformers: <c>config.json</c>, <c>model.safetensors</c>, vocabulary, <c>preprocessor_config.json</c>.
    /// Vision transformers only.</summary>
    HuggingFace,

    /// <summary>A folder for open_clip: <c>open_clip_config.json</c>, <c>open_clip_model.safetensors</c>.</summary>
    OpenClip,

    /// <summary>OpenAI's names in <c>model.safetensors</c>, for its <c>build_model</c>; the architecture is in the shapes.</summary>
    OpenAI,
}

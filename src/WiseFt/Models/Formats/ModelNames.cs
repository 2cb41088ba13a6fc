using System.Collections.Frozen;

namespace WiseFt.Models;

/// <summary>What people name who mean a model, and what to name instead.</summary>
internal static class ModelNames
{
    // Source: openai/CLIP clip/clip.py _MODELS; the Hub's copies of them.
    private static readonly FrozenDictionary<string, string> _openAI = new Dictionary<string, string>
    {
        ["ViT-B/32"] = "openai/clip-vit-base-patch32", ["ViT-B/16"] = "openai/clip-vit-base-patch16",
        ["ViT-L/14"] = "openai/clip-vit-large-patch14", ["ViT-L/14@336px"] = "openai/clip-vit-large-patch14-336",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>What to name instead of a name that is no path; null where nothing is known of it.</summary>
    public static string? Advice(string name) =>
        _openAI.TryGetValue(name, out string? hub) ? $"It is the name of a model in OpenAI's package; on the Hugging Face Hub it is {hub}."
        : name.StartsWith("RN50", StringComparison.Ordinal) || name == "RN101"
            ? "It is the name of a model in OpenAI's package; give the .pt file that it downloads, in ~/.cache/clip."
        : name.StartsWith("hf-hub:", StringComparison.Ordinal)
            ? $"'hf-hub:' is open_clip's way to name a model on the Hugging Face Hub; here it is {name["hf-hub:".Length..]}."
        : name.StartsWith("local-dir:", StringComparison.Ordinal)
            ? $"'local-dir:' is open_clip's way to name a folder; here it is {name["local-dir:".Length..]}."
        : name.StartsWith("https://huggingface.co/", StringComparison.Ordinal)
            ? $"Give the name on the Hub, such as {string.Join('/', name["https://huggingface.co/".Length..].Split('/').Take(2))}."
        : null;

    /// <summary>What a folder without a CLIP model's files is; null where nothing is known of it.</summary>
    public static string? AdviceOfFolder(string folder)
    {
        bool Has(string name) => Path.Exists(Path.Combine(folder, name));
        return Has("adapter_config.json")
            ? "the folder holds a LoRA adapter: changes to a model, and no model. In Python, load the model with it, call " +
                "merge_and_unload() and save that."
            : Has("modules.json") && Has("0_CLIPModel") ? "the folder is of sentence-transformers. Use the CLIP model in its folder " +
                "0_CLIPModel."
            : Has("modules.json") ? "the folder is of sentence-transformers, and no CLIP model is in it (0_CLIPModel)."
            : Has("model_index.json") ? "the folder is of diffusers, whose CLIP models are encoders alone. Use a whole CLIP model."
            : null;
    }
}

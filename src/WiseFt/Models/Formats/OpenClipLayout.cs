using System.Text.Json;
using WiseFt.Files;
using WiseFt.Images;
using WiseFt.Tensors;

namespace WiseFt.Models;

/// <summary>Opens an open_clip folder: <c>open_clip_config.json</c> and one file of weights.</summary>
internal static class OpenClipLayout
{
    /// <summary>The configuration's file.</summary>
    public const string ConfigName = "open_clip_config.json";

    /// <summary>Opens the folder.</summary>
    public static ClipCheckpoint Open(ClipFiles files, ClipOverrides overrides)
    {
        string configPath = files.InFolder(ConfigName);
        OpenClipFolderConfig config = ConfigSection.Read(configPath, Read);
        var (tokenizer, vocabulary) = ClipVocabulary.Open(files.Folder, overrides.VocabularyPath, config.Model.Text);
        if (vocabulary is null && config.TokenizerName.Length > 0 && !config.TokenizerName.StartsWith("openai/clip-", StringComparison.Ordinal))
            throw new CheckpointException(
                $"{configPath}: texts are tokenized as '{config.TokenizerName}' does. Put its vocab.json and merges.txt into the folder, or give the vocabulary's path.");
        ITensorFile weights = TensorFile.Open(files.Weights);
        return new ClipCheckpoint
        {
            Path = files.Path,
            Layout = $"open_clip folder ({Path.GetFileName(files.Weights)})",
            Config = config.Model.WithActivation(overrides.Activation),
            ConfigSource = configPath,
            ActivationSource = overrides.ActivationSource(config.SaysActivation ? ConfigName : $"open_clip's default, since {ConfigName} has no quick_gelu"),
            Tokenizer = tokenizer,
            VocabularyPath = vocabulary,
            Preprocessor = config.Preprocessor,
            Notes = (weights as TorchArchive)?.Notes ?? [],
            Tensors = RenamedTensors.Of(weights),
        };
    }

    private static OpenClipFolderConfig Read(ConfigSection root)
    {
        if (!root.Has("model_cfg")) throw root.Refuse("model_cfg", "an object with embed_dim, vision_cfg and text_cfg");
        ConfigSection model = root.Section("model_cfg"), preprocess = root.Section("preprocess_cfg");
        ClipConfig config = OpenClipConfig.Read(model);
        int resolution = config.Vision.Resolution;
        return new OpenClipFolderConfig(
            config,
            preprocess.Json.ValueKind == JsonValueKind.Object ? ClipPreprocessor.FromOpenClip(preprocess.Json, resolution) : new ClipPreprocessor { Resolution = resolution },
            model.Section("text_cfg").Text("hf_tokenizer_name", ""),
            model.Has("quick_gelu"));
    }

    private sealed record OpenClipFolderConfig(ClipConfig Model, ClipPreprocessor Preprocessor, string TokenizerName, bool SaysActivation);
}

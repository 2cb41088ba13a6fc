using System.Text.Json;

namespace WiseFt;

/// <summary>Opens an open_clip folder: <c>open_clip_config.json</c> and one file of weights.</summary>
internal static class OpenClipLayout
{
    /// <summary>The configuration's file.</summary>
    public const string ConfigName = "open_clip_config.json";

    /// <summary>Opens the folder.</summary>
    public static ClipCheckpoint Open(ClipFiles files, ClipOverrides overrides)
    {
        string configPath = files.InFolder(ConfigName);
        var (config, preprocessor, tokenizerName) = ConfigSection.Read(configPath, Read);
        var (tokenizer, vocabulary) = ClipVocabulary.Open(files.Folder, overrides.VocabularyPath, config.Text.ContextLength);
        if (vocabulary is null && tokenizerName.Length > 0 && !tokenizerName.StartsWith("openai/clip-", StringComparison.Ordinal))
            throw new CheckpointException(
                $"{configPath}: texts are tokenized as '{tokenizerName}' does. Put its vocab.json and merges.txt into the folder, or give the vocabulary's path.");
        ITensorFile weights = TensorFile.Open(files.Weights);
        return new ClipCheckpoint
        {
            Path = files.Path,
            Layout = $"open_clip folder ({Path.GetFileName(files.Weights)})",
            Config = config.WithActivation(overrides.Activation),
            ConfigSource = configPath,
            ActivationIsStored = overrides.Activation is null,
            Tokenizer = tokenizer,
            VocabularyPath = vocabulary,
            Preprocessor = preprocessor,
            Notes = (weights as TorchArchive)?.Notes ?? [],
            Tensors = MappedTensors.Of(weights),
        };
    }

    private static (ClipConfig Config, ClipPreprocessor Preprocessor, string TokenizerName) Read(ConfigSection root)
    {
        if (!root.Has("model_cfg")) throw root.Refuse("model_cfg", "an object with embed_dim, vision_cfg and text_cfg");
        ClipConfig config = OpenClipConfig.Read(root.Section("model_cfg"));
        ConfigSection preprocess = root.Section("preprocess_cfg");
        int resolution = config.Vision.Resolution;
        return (
            config,
            preprocess.Json.ValueKind == JsonValueKind.Object ? ClipPreprocessor.FromOpenClip(preprocess.Json, resolution) : new ClipPreprocessor { Resolution = resolution },
            root.Section("model_cfg").Section("text_cfg").Text("hf_tokenizer_name", ""));
    }
}

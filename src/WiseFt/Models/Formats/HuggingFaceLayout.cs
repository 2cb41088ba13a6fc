using WiseFt.Files;
using WiseFt.Images;
using WiseFt.Tensors;

namespace WiseFt.Models;

/// <summary>Opens a Hugging Face CLIP folder: <c>config.json</c>, weights in one file or several, vocabulary, <c>preprocessor_config.json</c>.</summary>
internal static class HuggingFaceLayout
{
    /// <summary>The configuration's file.</summary>
    public const string ConfigName = "config.json";

    /// <summary>The preprocessing's file.</summary>
    public const string PreprocessorName = "preprocessor_config.json";

    /// <summary>Opens the folder.</summary>
    public static ClipCheckpoint Open(ClipFiles files, ClipOverrides overrides)
    {
        string configPath = files.InFolder(ConfigName);
        ClipConfig config = HuggingFaceConfig.Read(configPath).WithActivation(overrides.Activation);
        ClipPreprocessor preprocessor = ReadPreprocessor(files.InFolder(PreprocessorName), config.Vision.Resolution);
        var (tokenizer, vocabulary) = ClipVocabulary.Open(files.Folder, overrides.VocabularyPath, config.Text);
        ITensorFile weights = WeightFileNames.IsIndex(files.Weights) ? ShardedTensors.Open(files.Weights) : TensorFile.Open(files.Weights);
        return new ClipCheckpoint
        {
            Path = files.Path,
            Layout = $"Hugging Face folder ({Path.GetFileName(files.Weights)})",
            Config = config,
            ConfigSource = configPath,
            ActivationSource = overrides.ActivationSource(ConfigName),
            Tokenizer = tokenizer,
            VocabularyPath = vocabulary,
            Preprocessor = preprocessor,
            Notes = (weights as TorchArchive)?.Notes ?? [],
            Tensors = RenamedTensors.Of(weights),
        };
    }

    private static ClipPreprocessor ReadPreprocessor(string path, int resolution)
    {
        if (!File.Exists(path)) return new ClipPreprocessor { Resolution = resolution };
        ClipPreprocessor preprocessor = ConfigSection.Read(path, root => ClipPreprocessor.FromHuggingFace(root.Json));
        return preprocessor.Resolution == resolution
            ? preprocessor
            : throw new CheckpointException(
                $"{path}: images become {preprocessor.Resolution} x {preprocessor.Resolution} pixels and the image encoder of {ConfigName} takes {resolution} x {resolution}. " +
                "Use the files of one and the same model.");
    }
}

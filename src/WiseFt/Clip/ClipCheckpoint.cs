namespace WiseFt;

/// <summary>A CLIP model on disk: its architecture, its tensors under OpenAI's names, and where its vocabulary and preprocessing are.</summary>
internal sealed class ClipCheckpoint : IDisposable
{
    /// <summary>What the layout is called, for people.</summary>
    public required string Layout { get; init; }

    /// <summary>The architecture.</summary>
    public required ClipConfig Config { get; init; }

    /// <summary>The weights.</summary>
    public required MappedTensors Tensors { get; init; }

    /// <summary>The tokenizer that the weights were trained with.</summary>
    public required ClipTokenizer Tokenizer { get; init; }

    /// <summary>The preprocessing that the weights were trained with.</summary>
    public required ClipPreprocessor Preprocessor { get; init; }

    /// <summary>Recognises the layout of a folder or file and opens it.</summary>
    /// <exception cref="CheckpointException">It is none of the known layouts, or damaged.</exception>
    public static ClipCheckpoint Open(string path)
    {
        Check.NotBlank(path);
        if (Directory.Exists(path))
            return File.Exists(Path.Combine(path, "config.json"))
                ? OpenHuggingFace(path)
                : throw new CheckpointException($"{path}: the folder holds no config.json. Expected a Hugging Face CLIP folder: config.json, model.safetensors, vocab.json, merges.txt.");
        throw new CheckpointException($"{path}: there is no such folder. Expected a Hugging Face CLIP folder.");
    }

    /// <summary>Closes the weights' file.</summary>
    public void Dispose() => Tensors.Dispose();

    private static ClipCheckpoint OpenHuggingFace(string folder)
    {
        ClipConfig config = HuggingFaceConfig.Read(Path.Combine(folder, "config.json"));
        return new ClipCheckpoint
        {
            Layout = "Hugging Face folder",
            Config = config,
            Tokenizer = OpenTokenizer(folder, config.Text.ContextLength),
            Preprocessor = new ClipPreprocessor { Resolution = config.Vision.Resolution },
            Tensors = new MappedTensors(OpenHuggingFaceWeights(folder), KeyMap.HuggingFace),
        };
    }

    private static ITensorFile OpenHuggingFaceWeights(string folder)
    {
        string single = Path.Combine(folder, "model.safetensors"), index = Path.Combine(folder, "model.safetensors.index.json");
        if (File.Exists(single)) return SafetensorsFile.Open(single);
        if (File.Exists(index)) return ShardedSafetensors.Open(index);
        throw new CheckpointException($"{folder}: the folder has a config.json and no weights. Expected model.safetensors, or model.safetensors.index.json with its files.");
    }

    private static ClipTokenizer OpenTokenizer(string folder, int contextLength) =>
        File.Exists(Path.Combine(folder, "vocab.json")) || File.Exists(Path.Combine(folder, "merges.txt"))
            ? ClipTokenizer.Load(folder, contextLength)
            : ClipTokenizer.Default.WithContextLength(contextLength);
}

using WiseFt.Files;
using WiseFt.Images;
using WiseFt.Tensors;

namespace WiseFt.Models;

/// <summary>Opens weights that come without a configuration: OpenAI's archives, state dicts, single safetensors files.</summary>
internal static class BareLayout
{
    /// <summary>Opens the file and infers the architecture from its shapes.</summary>
    public static ClipCheckpoint Open(ClipFiles files, ClipOverrides overrides)
    {
        ITensorFile weights = TensorFile.Open(files.Weights);
        RenamedTensors tensors = RenamedTensors.Of(weights);
        try
        {
            ClipConfig config = InferredConfig.Read(tensors, overrides.Activation ?? Activation.QuickGelu);
            var (tokenizer, vocabulary) = ClipVocabulary.Open(files.Folder, overrides.VocabularyPath, config.Text);
            return new ClipCheckpoint
            {
                Path = files.Path,
                Layout = $"{(weights is TorchArchive ? "PyTorch" : "safetensors")} file, {tensors.Naming}",
                Config = config,
                ConfigSource = "the shape of its other tensors",
                ActivationSource = overrides.ActivationSource("assumed, since weights alone do not tell: OpenAI's models have quick_gelu, most of open_clip's gelu"),
                Tokenizer = tokenizer,
                VocabularyPath = vocabulary,
                Preprocessor = new ClipPreprocessor { Resolution = config.Vision.Resolution },
                Notes = (weights as TorchArchive)?.Notes ?? [],
                Tensors = tensors,
            };
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    }
}

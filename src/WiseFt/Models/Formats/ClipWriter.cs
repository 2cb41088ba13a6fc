using System.Collections.Immutable;
using TorchSharp;
using WiseFt.Files;
using WiseFt.Images;
using WiseFt.Text;
using static TorchSharp.torch;

namespace WiseFt.Models;

/// <summary>Writes whole CLIP models as other libraries read them.</summary>
internal static class ClipWriter
{
    private static readonly ImmutableArray<ScalarType> _precisions = [ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16];

    /// <summary>Writes a model.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="preprocessor">Its preprocessing.</param>
    /// <param name="tensors">Every tensor under OpenAI's name.</param>
    /// <param name="folder">A new or empty folder.</param>
    /// <param name="layout">Whose layout.</param>
    /// <param name="precision">The type of the stored numbers.</param>
    public static void Write(
        ClipConfig config, ClipTokenizer tokenizer, ClipPreprocessor preprocessor, IEnumerable<KeyValuePair<string, Tensor>> tensors, string folder,
        CheckpointLayout layout, ScalarType precision)
    {
        Check.NotBlank(folder);
        Check.Defined(layout);
        if (!_precisions.Contains(precision))
            throw new ArgumentOutOfRangeException(nameof(precision), precision, $"The precision is {precision}; expected {string.Join(", ", _precisions)}.");
        string[] problems = [.. LayoutLimits.Problems(layout, config, preprocessor)];
        if (problems.Length > 0)
            throw new ArgumentException($"The model cannot be written as {layout}: {string.Join("; ", problems)}. Choose another layout.", nameof(layout));
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        StagedFolder.Write(folder, staging =>
        {
            bool isOpenAIsVocabulary = VocabularyWriter.IsOpenAIs(tokenizer);
            if (layout == CheckpointLayout.HuggingFace || !isOpenAIsVocabulary) VocabularyWriter.Write(tokenizer, staging);
            switch (layout)
            {
                case CheckpointLayout.HuggingFace:
                    ConfigWriter.Write(Path.Combine(staging, HuggingFaceLayout.ConfigName), ConfigWriter.HuggingFace(config, tokenizer, precision));
                    ConfigWriter.Write(Path.Combine(staging, HuggingFaceLayout.PreprocessorName), ConfigWriter.HuggingFace(preprocessor));
                    WriteWeights(tensors, KeyMap.HuggingFace, precision, Path.Combine(staging, "model.safetensors"));
                    break;
                case CheckpointLayout.OpenClip:
                    ConfigWriter.Write(
                        Path.Combine(staging, OpenClipLayout.ConfigName), ConfigWriter.OpenClip(config, preprocessor, tokenizerName: isOpenAIsVocabulary ? null : name));
                    WriteWeights(tensors, KeyMap.OpenAI, precision, Path.Combine(staging, "open_clip_model.safetensors"));
                    break;
                case CheckpointLayout.OpenAI:
                    WriteWeights(tensors, KeyMap.OpenAI, precision, Path.Combine(staging, "model.safetensors"));
                    break;
            }
        });
    }

    private static void WriteWeights(IEnumerable<KeyValuePair<string, Tensor>> tensors, KeyNaming naming, ScalarType precision, string path)
    {
        using var scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        var renamed = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, tensor) in tensors)
            foreach (var (fileName, part) in naming.Rename(name, Convert(name, tensor, precision)))
                renamed.Add(fileName, part);
        // transformers refuses a file that does not say which library's tensors it holds.
        SafetensorsFile.Write(path, renamed, new Dictionary<string, string> { ["format"] = "pt" });
    }

    private static Tensor Convert(string name, Tensor tensor, ScalarType precision)
    {
        if (!tensor.is_floating_point()) return tensor.alias();
        Tensor converted = tensor.detach().to(precision);
        using Tensor finite = converted.isfinite(), all = finite.all();
        return all.item<bool>()
            ? converted
            : throw new ArgumentException(
                $"'{name}' has numbers that {precision} cannot hold (infinite, not a number, or too large). Choose another precision, or check the weights.", nameof(precision));
    }
}

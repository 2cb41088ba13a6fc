using System.Collections.Immutable;
using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt;

/// <summary>Writes whole CLIP models as other libraries read them.</summary>
internal static class ClipWriter
{
    private static readonly ImmutableArray<ScalarType> _precisions = [ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16];

    /// <summary>Writes a model; see <see cref="ClipModel.Save"/>.</summary>
    public static void Write(ClipModel model, string folder, CheckpointLayout layout, ScalarType precision)
    {
        Check.NotBlank(folder);
        Check.Defined(layout);
        if (!_precisions.Contains(precision))
            throw new ArgumentOutOfRangeException(nameof(precision), precision, $"The precision is {precision}; expected {string.Join(", ", _precisions)}.");
        string[] problems = [.. LayoutLimits.Problems(layout, model.Config, model.Preprocessor)];
        if (problems.Length > 0)
            throw new ArgumentException($"The model cannot be written as {layout}: {string.Join("; ", problems)}. Choose another layout.", nameof(layout));
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        StagedFolder.Write(folder, staging =>
        {
            bool isOpenAIsVocabulary = VocabularyWriter.IsOpenAIs(model.Tokenizer);
            if (layout == CheckpointLayout.HuggingFace || !isOpenAIsVocabulary) VocabularyWriter.Write(model.Tokenizer, staging);
            switch (layout)
            {
                case CheckpointLayout.HuggingFace:
                    ConfigWriter.Write(Path.Combine(staging, HuggingFaceLayout.ConfigName), ConfigWriter.HuggingFace(model.Config, model.Tokenizer, precision));
                    ConfigWriter.Write(Path.Combine(staging, HuggingFaceLayout.PreprocessorName), ConfigWriter.HuggingFace(model.Preprocessor));
                    WriteWeights(model, KeyMap.HuggingFace, precision, Path.Combine(staging, "model.safetensors"));
                    break;
                case CheckpointLayout.OpenClip:
                    ConfigWriter.Write(
                        Path.Combine(staging, OpenClipLayout.ConfigName), ConfigWriter.OpenClip(model.Config, model.Preprocessor, tokenizerName: isOpenAIsVocabulary ? null : name));
                    WriteWeights(model, KeyMap.OpenAI, precision, Path.Combine(staging, "open_clip_model.safetensors"));
                    break;
                case CheckpointLayout.OpenAI:
                    WriteWeights(model, KeyMap.OpenAI, precision, Path.Combine(staging, "model.safetensors"));
                    break;
            }
        });
    }

    private static void WriteWeights(ClipModel model, KeyNaming naming, ScalarType precision, string path)
    {
        using var scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        Tensor logitScale = tensor((float)model.LogitScale);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, tensor) in model.VisualTensors().Concat(model.TextTensors()).Append(("logit_scale", logitScale)))
            foreach (var (renamed, part) in naming.Rename(name, Convert(name, tensor, precision)))
                tensors.Add(renamed, part);
        // transformers refuses a file that does not say which library's tensors it holds.
        SafetensorsFile.Write(path, tensors, new Dictionary<string, string> { ["format"] = "pt" });
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

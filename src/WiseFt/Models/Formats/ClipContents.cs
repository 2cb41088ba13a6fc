using TorchSharp;
using WiseFt.Files;
using WiseFt.Images;
using WiseFt.Text;
using static TorchSharp.torch;

namespace WiseFt.Models;

/// <summary>A whole CLIP model in memory, to be written.</summary>
/// <param name="Config">The architecture.</param>
/// <param name="Tokenizer">Its tokenizer.</param>
/// <param name="Preprocessor">Its preprocessing.</param>
/// <param name="Weights">Every tensor under OpenAI's name.</param>
/// <param name="Precision">The type of the stored numbers.</param>
internal sealed record ClipContents(
    ClipConfig Config,
    ITokenizer Tokenizer,
    ClipPreprocessor Preprocessor,
    IReadOnlyCollection<KeyValuePair<string, Tensor>> Weights,
    ScalarType Precision)
{
    /// <summary>Writes the weights in safetensors format.</summary>
    /// <param name="path">The file.</param>
    /// <param name="naming">Their names in it.</param>
    /// <exception cref="ArgumentException">The precision cannot hold a number.</exception>
    public void WriteWeights(string path, KeyNaming naming)
    {
        using var scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        var renamed = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, tensor) in Weights)
            foreach (var (fileName, part) in naming.Rename(name, Convert(name, tensor, Precision)))
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
                $"'{name}' has numbers that {precision} cannot hold (infinite, not a number, or too large). " +
                "Choose another precision, or check the weights.", nameof(precision));
    }
}

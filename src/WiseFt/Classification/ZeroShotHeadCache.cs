using System.Security.Cryptography;
using System.Text.Json;
using WiseFt.Files;
using static TorchSharp.torch;

namespace WiseFt.Classification;

/// <summary>Heads that were built before, on disk, under a hash of everything that decides them.</summary>
/// <param name="folder">Where they are; made when the first one is written.</param>
internal sealed class ZeroShotHeadCache(string folder)
{
    // Changes with the computation, so that no head of an earlier version is taken for one of this.
    private const string Version = "zero-shot head 1";
    private const string Head = "head";

    /// <summary>The head of these prompts, built unless it is there.</summary>
    /// <param name="clip">The model: its text encoder, logit scale and vocabulary are in the hash.</param>
    /// <param name="words">What stands for each class in its prompts.</param>
    /// <param name="templates">The sentences around them.</param>
    /// <param name="build">Builds the head: float32 (K, E).</param>
    public Tensor GetOrBuild(ClipModel clip, IReadOnlyList<string> words, PromptTemplates templates, Func<Tensor> build)
    {
        string path = Path.Combine(folder, $"head-{Key(clip, words, templates)}.safetensors");
        using SafetensorsFile file = KeptTensor.Open(path, Head, [words.Count, clip.Config.EmbeddingDimension], build);
        using Tensor head = file.Read(Head);
        return head.to(clip.Device, copy: true);
    }

    private static string Key(ClipModel clip, IReadOnlyList<string> words, PromptTemplates templates)
    {
        using var vocabulary = new MemoryStream();
        clip.Tokenizer.Save(vocabulary);
        string text = JsonSerializer.Serialize(new
        {
            Version,
            clip.Config.Text,
            clip.LogitScale,
            Vocabulary = Convert.ToHexStringLower(SHA256.HashData(vocabulary.ToArray())),
            Words = words,
            Templates = templates.ToArray(),
        });
        return TensorHash.Sha256(text, clip.TextEncoder.Weights);
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using static TorchSharp.torch;

namespace WiseFt;

/// <summary>Heads that were built before, on disk, under a hash of everything that decides them.</summary>
/// <param name="folder">Where they are; made when the first one is written.</param>
internal sealed class ZeroShotHeadCache(string folder)
{
    // Changes with the computation, so that no head of an earlier version is taken for one of this.
    private const string Version = "zero-shot head 1";
    private const string Head = "head", Checksum = "sha256";

    /// <summary>The head of these prompts, built unless it is there.</summary>
    /// <param name="clip">The model: its text encoder, logit scale and vocabulary are in the hash.</param>
    /// <param name="words">What stands for each class in its prompts.</param>
    /// <param name="templates">The sentences around them.</param>
    /// <param name="build">Builds the head: float32 (K, E).</param>
    public Tensor GetOrBuild(ClipModel clip, IReadOnlyList<string> words, PromptTemplates templates, Func<Tensor> build)
    {
        string path = Path.Combine(folder, $"head-{Key(clip, words, templates)}.safetensors");
        if (Read(path, words.Count, clip) is { } cached) return cached;
        Tensor head = build();
        using Tensor host = head.cpu();
        var tensors = new Dictionary<string, Tensor> { [Head] = host };
        SafetensorsFile.Write(path, tensors, new Dictionary<string, string> { [Checksum] = TensorHash.Sha256("", tensors) });
        return head;
    }

    /// <summary>A head that is there and whole; a damaged one is built anew and replaced.</summary>
    private static Tensor? Read(string path, int classes, ClipModel clip)
    {
        if (!File.Exists(path)) return null;
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            using Weights read = file.ReadAll();
            bool whole = read.TryGetValue(Head, out Tensor? head) && head.shape.AsSpan().SequenceEqual([classes, clip.Config.EmbeddingDimension])
                && file.Metadata.TryGetValue(Checksum, out string? checksum) && checksum == TensorHash.Sha256("", read);
            return whole ? head!.to(clip.Device, copy: true).DetachFromDisposeScope() : null;
        }
        catch (CheckpointException)
        {
            return null; // what the caller builds takes its place
        }
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
        return TensorHash.Sha256(text, clip.TextTensors().Select(t => KeyValuePair.Create(t.Name, t.Tensor)));
    }
}
